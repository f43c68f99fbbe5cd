import type { Position } from '@app/kernel';

const DIGITS = 20;

export const toPosition = (commit: bigint): Position => String(commit).padStart(DIGITS, '0');

/** Where a subscription continues; for our events both numbers are the same. */
export function fromPosition(
  position: Position | null,
): 'start' | { readonly commit: bigint; readonly prepare: bigint } {
  if (position === null) return 'start';
  if (!/^\d{20}$/.test(position)) throw new TypeError(`Not a position of this record: ${position}`);
  return { commit: BigInt(position), prepare: BigInt(position) };
}
