import type { Message, Position } from '@app/kernel';
import type { EventLog } from '../reading/event-log.js';
import type { Part } from '../ports/partitions.js';
import type { Checkpoints } from '../ports/read-model-store.js';
import { untilLost } from './until-lost.js';
import type { Followable } from '../reading/unopened.js';

export type Follower<Event extends Message = Message> = {
  /** Name of its checkpoint. */
  readonly name: string;
  readonly categories: readonly string[];
  /** Only events of these programs; by default of all. */
  readonly part?: Part;
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
  const { name, categories, part } = follower;
  let from: Position | null = await checkpoints.get(name);
  await untilLost(name, signal, async (ending, onLost) => {
    for await (const { all, position } of eventLog.follow({ after: from, categories, part, signal: ending })) {
      if (all.length > 0) {
        await follower.handle(all);
        await checkpoints.set(name, from, position);
      } else checkpoints.pass(name, from, position, onLost);
      from = position;
    }
  });
}
