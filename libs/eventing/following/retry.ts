import { Wakeup } from './wakeup.js';

export type Retry = {
  /** The pauses between attempts, in ms. The attempt after the last pause is the last one. */
  readonly pauses: Iterable<number>;
  /** Called after a failure, with the next pause; throws when a retry does not help. */
  onFailure(error: unknown, pause: number): void;
  /** Ends a pause when it aborts; the next attempt is still made. */
  readonly signal?: AbortSignal;
};

/** Repeats work until it succeeds. The work must be safe to repeat. @throws the error of the last attempt, or of `onFailure` */
export async function retry<T>(work: () => Promise<T>, { pauses, onFailure, signal }: Retry): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      onFailure(error, pause);
    }
    await sleep(pause, signal);
  }
  return work();
}

/** Endless pauses that double up to a limit. */
export function* growing(first: number, longest: number): Iterable<number> {
  for (let pause = first; ; pause = Math.min(2 * pause, longest)) yield pause;
}

/** Endless pauses of one length. */
export const steady = (pause: number): Iterable<number> => growing(pause, pause);

/** Resolves after the time (ms), or at once when the signal aborts. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> => new Wakeup().wait({ ms, signal });

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Runs work that should never end, and restarts it with growing pauses when it fails, until the signal aborts. A
 * failure does not stop the process.
 */
export async function keepRunning(
  work: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      await work();
      await sleep(FIRST_PAUSE_MS, signal); // the work returned, which it should not
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error);
      pause = performance.now() - startedAt > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      await sleep(pause, signal);
    }
  }
}
