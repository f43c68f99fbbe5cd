import type { Message, Position } from '@app/kernel';
import type { EventLog } from '../reading/event-log.js';
import type { Checkpoints } from '../ports/read-model-store.js';
import type { Followable } from '../reading/unopened.js';
import { Wakeup } from './wakeup.js';

export type Follower<Event extends Message = Message> = {
  /** Name of its checkpoint. */
  readonly name: string;
  readonly categories: readonly string[];
  /**
   * Effects are durable when it resolves; called again with the same events when the process died before the
   * checkpoint.
   */
  handle(events: readonly Followable<Event>[]): Promise<void>;
};

/**
 * Follows the event store batch by batch, and saves the checkpoint after the effects. Rejects when `handle` or a store
 * does.
 */
export async function runFollower(
  { eventLog, checkpoints }: { eventLog: EventLog; checkpoints: Checkpoints },
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  let from: Position | null = await checkpoints.get(follower.name);
  for await (const { all, position } of eventLog.follow({ after: from, categories: follower.categories, signal })) {
    if (all.length > 0) await follower.handle(all);
    await checkpoints.set(follower.name, from, position);
    from = position;
  }
}

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

/** Resolves after the time (ms), or at once when the signal aborts. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> => new Wakeup().wait({ ms, signal });
