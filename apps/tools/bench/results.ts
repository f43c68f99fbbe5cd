import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Row } from './row.js';

/** The last result of each row, with where it was measured. */
export type Results = Readonly<
  Record<string, { readonly at: string; readonly node: string; readonly cores: number; readonly rows: readonly Row[] }>
>;

/** `{}` when nothing was measured yet. */
export function readResults(path: string): Results {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Replaces the results of these rows, and keeps the others. */
export function keepResults(path: string, rows: readonly Row[]): void {
  const where = { at: new Date().toISOString(), node: process.versions.node, cores: availableParallelism() };
  const measured = Map.groupBy(rows, ({ id }) => id)
    .entries()
    .map(([id, ofId]) => [id, { ...where, rows: ofId }] as const);
  writeFileSync(path, `${JSON.stringify({ ...readResults(path), ...Object.fromEntries(measured) }, null, 2)}\n`);
}
