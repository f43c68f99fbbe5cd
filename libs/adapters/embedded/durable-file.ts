import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file completely or not at all, readable by its owner only, and on disk when this returns. */
export function writeDurably(path: string, text: string): void {
  const beginning = `${path}.tmp`;
  // A file left behind by a kill must have our mode, too.
  rmSync(beginning, { force: true });
  const file = openSync(beginning, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameDurably(beginning, path);
}

/** In one step, and on disk when this returns. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  // Windows cannot flush a folder.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(to), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
