import type { Position } from '@app/kernel';
import type { Checkpoints } from '../ports/read-model-store.js';

const WAIT_MS = 1_000;

/**
 * Waits until the read model or follower of this name has handled everything up to the position, or the signal
 * aborts.
 */
export async function untilReached(
  checkpoints: Checkpoints,
  name: string,
  position: Position,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !(await checkpoints.waitFor(name, position, WAIT_MS)));
}
