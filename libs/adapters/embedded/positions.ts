import type { Position } from '@app/kernel';

const DIGITS = 20;

export const toPosition = (row: number): Position => String(row).padStart(DIGITS, '0');

/** Row number of a position; 0, before the first row, for `null`. */
export function toRow(position: Position | null): number {
  if (position === null) return 0;
  if (!/^\d{20}$/.test(position)) throw new TypeError(`Not a position of this record: ${position}`);
  return Number(position);
}
