import { categoryOf, type Position } from '@app/kernel';
import { sleep } from '../following/retry.js';
import { Wakeup } from '../following/wakeup.js';
import type { EventStore, RecordedStoredEvent } from '../ports/event-store.js';
import type { Part } from '../ports/partitions.js';
import { programOfStored, UNKNOWN_PROGRAM, type EventCodec } from '../sealing/codec.js';
import { KeptEvents, type Kept, type Limits } from './kept-events.js';
import type { Followable } from './unopened.js';

/** Limit of the events in one batch for a follower. */
const BATCH = 500;
/** After a batch, new events are collected for this time: an event in a large batch costs less. */
const COLLECT_MS = 5;
const BEGINNING = '';

export type OpenedBatch = { readonly all: readonly Followable[]; readonly position: Position };

/** Whether a follower wants an event. */
export type Wants = (event: RecordedStoredEvent) => boolean;

export const wanted = (categories: readonly string[] | undefined, part: Part | undefined): Wants => {
  const chosen = categories && new Set(categories);
  return (event) => chosen?.has(categoryOf(event.stream)) !== false && (!part || concerns(part, event));
};

/** An event of an unknown program concerns all parts: the others of its stream may be in any. */
function concerns(part: Part, event: RecordedStoredEvent): boolean {
  const programId = programOfStored(event);
  return programId === UNKNOWN_PROGRAM || part.has(programId);
}

/** A follower's place among the kept events. */
export type Place = {
  /**
   * The wanted events from here on. Ends when the signal aborts, when its next event is no longer kept, or when the
   * subscription ends.
   */
  follow(wants: Wants, signal: AbortSignal): AsyncIterable<OpenedBatch>;
};

export type SharedOptions = {
  /** How many events are kept for followers behind the others, at least; up to three times as many. */
  readonly limits: () => Limits;
  /** How long followers that catch up wait for one that falls behind the kept events. */
  readonly patienceMs: number;
  /** Called with each new event, still sealed. */
  readonly onEvent: ((event: RecordedStoredEvent) => void) | undefined;
  /** Whether followers continue after this position with another subscription; then this one ends. */
  readonly isFollowedElsewhere: (position: Position) => boolean;
  readonly onEnd: () => void;
};

/** A follower of the subscription: the number of its next event, how far it has come, and whether it waits for more. */
type Follower = { next: number; position: Position; isWaiting: boolean };

/**
 * A subscription to all events after a position, each opened at most once for any number of followers, until the last
 * of them leaves. As far as the end that the event store had when it began, it reads on when a follower waits for more
 * and keeps what the others still need. Beyond, it waits for none of them: one that falls behind the kept events
 * catches up with another subscription.
 */
export class SharedSubscription {
  private readonly stopping = new AbortController();
  private readonly changed = new Wakeup();
  private readonly moved = new Wakeup();
  private readonly followers = new Set<Follower>();
  private readonly kept: KeptEvents;
  /** All events after the first of these positions, up to the second, are kept. */
  private from: Position;
  private to: Position;
  private isNearEnd = false;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly store: EventStore,
    codec: EventCodec,
    private readonly after: Position | null,
    private readonly options: SharedOptions,
  ) {
    this.kept = new KeptEvents(codec);
    this.from = this.to = after ?? BEGINNING;
    this.run().then(
      () => this.stop(),
      (error: unknown) => {
        this.failure = { error };
        this.stop();
      },
    );
  }

  /**
   * The place after a position, or `null` when not all later events are kept. An event that could not be opened is read
   * again by each new follower, since its key may have been restored.
   */
  keptAfter(position: Position | null): Place | null {
    const after = position ?? BEGINNING;
    if (this.hasEnded || after < this.from || (after > this.to && !this.isNearEnd)) return null;
    const number = this.kept.numberAfter(after);
    return number === null ? null : this.placeAfter(after, number);
  }

  /** The place where the subscription begins, for its first follower. */
  placeAfter(after = this.from, number = this.kept.first): Place {
    return {
      follow: (wants, signal) => this.follow({ next: number, position: after, isWaiting: false }, wants, signal),
    };
  }

  private get hasEnded(): boolean {
    return this.stopping.signal.aborted;
  }

  private stop(): void {
    this.stopping.abort();
    this.changed.wake();
    this.options.onEnd();
  }

  private async *follow(follower: Follower, wants: Wants, signal: AbortSignal): AsyncIterable<OpenedBatch> {
    this.followers.add(follower);
    try {
      while (!signal.aborted && follower.next >= this.kept.first) {
        if (this.failure) throw this.failure.error;
        if (follower.position < this.to) {
          const events = this.take(follower);
          if (events !== null)
            yield {
              all: await this.kept.open(events.filter(({ event }) => wants(event))),
              position: follower.position,
            };
        } else if (this.hasEnded) return;
        else await this.waitForMore(follower, signal);
      }
    } finally {
      this.followers.delete(follower);
      this.moved.wake();
      if (this.followers.size === 0) this.stop();
    }
  }

  /** A follower's next events; `null` when none is after its position, which may have been further when it joined. */
  private take(follower: Follower): readonly Kept[] | null {
    const after = follower.position;
    const batch = this.kept.from(follower.next, BATCH);
    follower.next += batch.length;
    this.moved.wake();
    const reached = follower.next === this.kept.end ? this.to : (batch.at(-1)?.event.position ?? after);
    if (reached <= after) return null;
    follower.position = reached;
    return batch.filter(({ event }) => event.position > after);
  }

  private async waitForMore(follower: Follower, signal: AbortSignal): Promise<void> {
    follower.isWaiting = true;
    this.moved.wake();
    await this.changed.wait({ signal });
    follower.isWaiting = false;
  }

  private async run(): Promise<void> {
    const { after } = this;
    const { signal } = this.stopping;
    const head = (await this.store.head()) ?? BEGINNING;
    this.isNearEnd = this.to >= head;
    for await (const { events, position } of this.store.subscribe({ after, signal })) {
      // Before the new ones are kept: each follower that waits receives at least these.
      this.from = this.kept.forgetOldest(this.options.limits()) ?? this.from;
      for (const event of events) this.keep(event);
      this.to = position;
      this.isNearEnd = position >= head;
      this.changed.wake();
      if (this.options.isFollowedElsewhere(position)) return;
      await (this.isNearEnd ? sleep(COLLECT_MS, signal) : this.demand());
    }
    if (!signal.aborted) throw new Error('The event store was closed');
  }

  /** Until a follower waits for more and the others are not far behind, or are left behind because patience has ended. */
  private async demand(): Promise<void> {
    let patience = Infinity;
    while (!this.hasEnded) {
      // Not those left behind before: each stays here until it has handled its batch.
      const followers = [...this.followers].filter(({ next }) => next >= this.kept.first);
      const { events } = this.options.limits();
      if (!followers.some(({ isWaiting }) => isWaiting)) patience = Infinity;
      else if (followers.every(({ next }) => next >= this.kept.end - events)) return;
      else if (patience === Infinity) patience = performance.now() + this.options.patienceMs;
      const ms = patience - performance.now();
      if (ms <= 0) {
        this.from = this.kept.forget(this.kept.end - events) ?? this.from;
        return;
      }
      await this.moved.wait({ signal: this.stopping.signal, ...(ms < Infinity && { ms }) });
    }
  }

  private keep(event: RecordedStoredEvent): void {
    this.kept.add(event);
    this.options.onEvent?.(event);
  }
}
