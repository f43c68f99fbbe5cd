import { categoryOf, type Position } from '@app/kernel';
import { sleep } from '../following/retry.js';
import { Wakeup } from '../following/wakeup.js';
import type { EventStore, RecordedStoredEvent } from '../ports/event-store.js';
import type { EventCodec } from '../sealing/codec.js';
import { sizeOf } from './size-of.js';
import { isOpened, type Followable } from './unopened.js';

/** Limits of the kept events; a follower further behind reads alone. */
const KEPT = 5_000;
const KEPT_CHARACTERS = 16 * 1024 * 1024;
/** Limit of the events in one batch for a follower. */
const BATCH = 500;
/** After a batch, new events are collected for this time: an event in a large batch costs less. */
const COLLECT_MS = 5;
const BEGINNING = '';

export type OpenedBatch = { readonly all: readonly Followable[]; readonly position: Position };

/** A follower's place among the kept events. */
export type Place = {
  /** The events of these categories from here on. Ends when the signal aborts, or when its next event is no longer kept. */
  follow(categories: ReadonlySet<string> | undefined, signal: AbortSignal): AsyncIterable<OpenedBatch>;
};

export type TailOptions = {
  /** How many events are kept at least, unless they are large; at most twice as many. */
  readonly kept?: number;
  /** Called with each new event, still sealed. */
  readonly onEvent?: (event: RecordedStoredEvent) => void;
};

type Kept = { readonly category: string; readonly event: Followable; readonly size: number };

/** The newest events of the event store, opened, from when it was created until it is stopped or its subscription fails. */
export class Tail {
  private readonly stopping = new AbortController();
  private readonly changed = new Wakeup();
  private kept: Kept[] = [];
  private size = 0;
  /** Number of the first kept event, counted from the beginning of the subscription. */
  private first = 0;
  /** The positions before the first kept event, and up to which all are kept; `null` until the subscription begins. */
  private from: Position | null = null;
  private to: Position = BEGINNING;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly options: TailOptions,
  ) {
    this.run().then(
      () => this.stop(),
      (error: unknown) => {
        this.failure = { error };
        this.stop();
      },
    );
  }

  get hasEnded(): boolean {
    return this.stopping.signal.aborted;
  }

  stop(): void {
    this.stopping.abort();
    this.changed.wake();
  }

  /**
   * The place after a position, or `null` when not all later events are kept. An event that could not be opened is read
   * again by each new follower, since its key may have been restored.
   */
  placeAfter(position: Position | null): Place | null {
    const after = position ?? BEGINNING;
    if (this.hasEnded || this.from === null || after < this.from) return null;
    const index = this.kept.findLastIndex(({ event }) => event.position <= after) + 1;
    if (this.kept.slice(index).some(({ event }) => !isOpened(event))) return null;
    const number = this.first + index;
    return { follow: (categories, signal) => this.follow(number, after, { categories, signal }) };
  }

  private async *follow(
    number: number,
    after: Position,
    { categories, signal }: { categories: ReadonlySet<string> | undefined; signal: AbortSignal },
  ): AsyncIterable<OpenedBatch> {
    let [next, position] = [number, after];
    while (!signal.aborted && next >= this.first) {
      if (this.failure) throw this.failure.error;
      if (this.hasEnded) return;
      if (position >= this.to) {
        await this.changed.wait({ signal });
        continue;
      }
      const batch = this.kept.slice(next - this.first, next - this.first + BATCH);
      next += batch.length;
      const isLast = next === this.first + this.kept.length;
      const reached = isLast ? this.to : (batch.at(-1)?.event.position ?? position);
      // The follower may have read alone beyond what the tail had received then.
      if (reached <= position) continue;
      const missing = batch.filter(
        ({ category, event }) => event.position > after && categories?.has(category) !== false,
      );
      position = reached;
      yield { all: missing.map(({ event }) => event), position };
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const head = await this.store.head();
    this.from = this.to = head ?? BEGINNING;
    for await (const { events, position } of this.store.subscribe({ after: head, signal })) {
      const opened = await this.codec.open(events);
      events.forEach((event, index) => this.keep(event, opened[index]));
      this.forgetOldest();
      this.to = position;
      this.changed.wake();
      await sleep(COLLECT_MS, signal);
    }
  }

  private keep(sealed: RecordedStoredEvent, event: Followable | undefined): void {
    if (!event) return;
    const size = sizeOf(sealed);
    this.kept.push({ category: categoryOf(event.stream), event, size });
    this.size += size;
    this.options.onEvent?.(sealed);
  }

  private forgetOldest(): void {
    const { kept: limit = KEPT } = this.options;
    if (this.kept.length <= 2 * limit && this.size <= 2 * KEPT_CHARACTERS) return;
    let forgotten = 0;
    for (; this.kept.length - forgotten > limit || this.size > KEPT_CHARACTERS; forgotten += 1)
      this.size -= this.kept[forgotten]?.size ?? 0;
    this.from = this.kept[forgotten - 1]?.event.position ?? this.from;
    this.kept = this.kept.slice(forgotten);
    this.first += forgotten;
  }
}
