import { categoryOf, type Position } from '@app/kernel';
import { sleep } from '../following/retry.js';
import { Wakeup } from '../following/wakeup.js';
import type { EventStore, RecordedStoredEvent } from '../ports/event-store.js';
import type { Part } from '../ports/partitions.js';
import { programOfStored, UNKNOWN_PROGRAM, type EventCodec } from '../sealing/codec.js';
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
  /** The wanted events from here on. Ends when the signal aborts, or when its next event is no longer kept. */
  follow(wants: Wants, signal: AbortSignal): AsyncIterable<OpenedBatch>;
};

export type TailOptions = {
  /** How many events are kept at least, unless they are large; at most twice as many. */
  readonly kept?: number;
  /** Called with each new event, still sealed. */
  readonly onEvent?: (event: RecordedStoredEvent) => void;
};

/** Opened when the first follower wants it. */
type Kept = {
  readonly event: RecordedStoredEvent;
  readonly size: number;
  opened?: Followable;
  opening?: Promise<void>;
};

/** The newest events of the event store, each opened at most once, from when it was created until it is stopped or its subscription fails. */
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
    if (this.kept.slice(index).some(({ opened }) => opened && !isOpened(opened))) return null;
    const number = this.first + index;
    return { follow: (wants, signal) => this.follow(number, after, { wants, signal }) };
  }

  private async *follow(
    number: number,
    after: Position,
    { wants, signal }: { readonly wants: Wants; readonly signal: AbortSignal },
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
      const missing = batch.filter(({ event }) => event.position > after && wants(event));
      position = reached;
      yield { all: await this.open(missing), position };
    }
  }

  private async open(events: readonly Kept[]): Promise<readonly Followable[]> {
    const sealed = events.filter(({ opened, opening }) => !opened && !opening);
    if (sealed.length > 0) {
      const opening = this.openTogether(sealed);
      for (const kept of sealed) kept.opening = opening;
    }
    await Promise.all(new Set(events.flatMap(({ opening }) => opening ?? [])));
    return events.flatMap(({ opened }) => opened ?? []);
  }

  private async openTogether(events: readonly Kept[]): Promise<void> {
    try {
      const opened = await this.codec.open(events.map(({ event }) => event));
      opened.forEach((event, index) => Object.assign(events[index] ?? {}, { opened: event }));
    } finally {
      for (const kept of events) delete kept.opening;
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const head = await this.store.head();
    this.from = this.to = head ?? BEGINNING;
    for await (const { events, position } of this.store.subscribe({ after: head, signal })) {
      for (const event of events) this.keep(event);
      this.forgetOldest();
      this.to = position;
      this.changed.wake();
      await sleep(COLLECT_MS, signal);
    }
  }

  private keep(event: RecordedStoredEvent): void {
    const size = sizeOf(event);
    this.kept.push({ event, size });
    this.size += size;
    this.options.onEvent?.(event);
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
