import type { EventStore, SubscriptionOptions } from '../ports/event-store.js';
import type { EventCodec } from '../sealing/codec.js';
import { Tail, type OpenedBatch, type TailOptions } from './tail.js';

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
  async *follow(options: SubscriptionOptions): AsyncIterable<OpenedBatch> {
    const { categories, signal } = options;
    const wanted = categories && new Set(categories);
    let position = options.after;
    this.followers += 1;
    try {
      while (!signal.aborted) {
        let place = this.tail.placeAfter(position);
        if (place === null)
          for await (const batch of this.store.subscribe({ ...options, after: position })) {
            ({ position } = batch);
            place = this.tail.placeAfter(position);
            yield { all: await this.codec.open(batch.events), position };
            if (place !== null) break;
          }
        if (place === null) return;
        for await (const batch of place.follow(wanted, signal)) {
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
