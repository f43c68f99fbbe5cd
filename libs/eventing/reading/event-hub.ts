import type { Position } from '@app/kernel';
import type { EventStore, SubscriptionOptions } from '../ports/event-store.js';
import type { Part } from '../ports/partitions.js';
import type { EventCodec } from '../sealing/codec.js';
import { SharedSubscription, wanted, type OpenedBatch, type Place, type SharedOptions } from './shared-subscription.js';

export type FollowOptions = SubscriptionOptions & {
  /** Only events of these programs; by default of all. */
  readonly part?: Part | undefined;
  /** With a subscription of its own, whose events the store filters: for a long way that no other follower goes. */
  readonly alone?: boolean;
};

/** How many events the subscriptions of a process keep together, and each at least; for a while up to three times as many. */
const KEPT = 5_000;
const KEPT_EACH = 500;
const KEPT_CHARACTERS = 16 * 1024 * 1024;
/** How long the others wait for a follower that falls behind while they catch up, before it continues apart. */
const PATIENCE_MS = 1_000;

export type HubOptions = {
  readonly kept?: number;
  readonly patienceMs?: number;
  readonly onEvent?: SharedOptions['onEvent'];
};

/**
 * Shares subscriptions among the followers of a process, so that each event is received and opened once. Near the end
 * all followers share one. Those that catch up share another, from where the first of them begins until it meets a
 * subscription that is further.
 */
export class EventHub {
  private readonly shared = new Set<SharedSubscription>();

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly options: HubOptions = {},
  ) {}

  /** See {@link EventStore.subscribe}; the events are opened. */
  async *follow({ part, alone = false, ...options }: FollowOptions): AsyncIterable<OpenedBatch> {
    const { categories, signal } = options;
    const wants = wanted(categories, part);
    let position = options.after;
    if (alone)
      for await (const { events, position: reached } of this.store.subscribe(options)) {
        position = reached;
        yield { all: await this.codec.open(events.filter(wants)), position };
      }
    while (!signal.aborted)
      for await (const batch of this.placeAfter(position).follow(wants, signal)) {
        ({ position } = batch);
        yield batch;
      }
  }

  private placeAfter(position: Position | null): Place {
    return this.keptAfter(position) ?? this.subscribe(position).placeAfter();
  }

  private keptAfter(position: Position | null, except?: SharedSubscription): Place | null {
    for (const subscription of this.shared) {
      const place = subscription === except ? null : subscription.keptAfter(position);
      if (place !== null) return place;
    }
    return null;
  }

  private subscribe(after: Position | null): SharedSubscription {
    const { kept = KEPT, patienceMs = PATIENCE_MS, onEvent } = this.options;
    const subscription: SharedSubscription = new SharedSubscription(this.store, this.codec, after, {
      limits: () => ({
        events: Math.max(Math.floor(kept / this.shared.size), Math.min(kept, KEPT_EACH)),
        characters: KEPT_CHARACTERS / this.shared.size,
      }),
      patienceMs,
      onEvent,
      isFollowedElsewhere: (position) => this.keptAfter(position, subscription) !== null,
      onEnd: () => this.shared.delete(subscription),
    });
    this.shared.add(subscription);
    return subscription;
  }
}
