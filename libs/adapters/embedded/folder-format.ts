import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnusableData } from '@app/eventing';
import { writeDurably } from './durable-file.js';

/** Increased when a build stores data that the previous build cannot read, or the reverse. */
export const STORED_FORMAT = 4;

/**
 * Writes the format into a new folder before anything else is stored there. @throws UnusableData for a folder of
 * another format
 */
export function claimFormat(folder: string): void {
  const path = join(folder, 'format.json');
  const found = existsSync(path)
    ? formatIn(readFileSync(path, 'utf8'))
    : existsSync(join(folder, 'record.db'))
      ? 1
      : null;
  if (found === null) return writeDurably(path, `${JSON.stringify({ format: STORED_FORMAT })}\n`);
  if (found !== STORED_FORMAT) {
    const build = found === 'unknown' || found > STORED_FORMAT ? 'another build' : 'an older build';
    throw new UnusableData(
      `${folder} was written by ${build} (format ${found}; this one reads ${STORED_FORMAT}) and was not changed. Start with another folder (--data, DATA_DIR), or move this one away`,
    );
  }
}

function formatIn(text: string): number | 'unknown' {
  try {
    const { format } = JSON.parse(text) as { readonly format?: unknown };
    return typeof format === 'number' ? format : 'unknown';
  } catch {
    return 'unknown';
  }
}
