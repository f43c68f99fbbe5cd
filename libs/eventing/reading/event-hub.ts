import type { EventStore, SubscriptionOptions } from '../ports/event-store.js';
import type { Part } from '../ports/partitions.js';
import type { EventCodec } from '../sealing/codec.js';
import { Tail, wanted, type OpenedBatch, type TailOptions } from './tail.js';

export type FollowOptions = SubscriptionOptions & {
  /** Only events of these programs; by default of all. */
  readonly part?: Part | undefined;
};

/**
 * Shares one subscription among all followers of a process, so that each new event is received and opened once. A
 * follower that is behind the kept events catches up with a subscription of its own.
 */
export class EventHub {
  private current: Tail | null = null;
  private followers = 0;

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly options: TailOptions = {},
  ) {}

  /** See {@link EventStore.subscribe}; the events are opened. */
  async *follow({ part, ...options }: FollowOptions): AsyncIterable<OpenedBatch> {
    const { categories, signal } = options;
    const wants = wanted(categories, part);
    let position = options.after;
    this.followers += 1;
    try {
      while (!signal.aborted) {
        let place = this.tail.placeAfter(position);
        if (place === null)
          for await (const batch of this.store.subscribe({ ...options, after: position })) {
            ({ position } = batch);
            place = this.tail.placeAfter(position);
            yield { all: await this.codec.open(batch.events.filter(wants)), position };
            if (place !== null) break;
          }
        if (place === null) return;
        for await (const batch of place.follow(wants, signal)) {
          ({ position } = batch);
          yield batch;
        }
      }
    } finally {
      this.followers -= 1;
      if (this.followers === 0) this.current?.stop();
    }
  }

  private get tail(): Tail {
    if (!this.current || this.current.hasEnded) this.current = new Tail(this.store, this.codec, this.options);
    return this.current;
  }
}
