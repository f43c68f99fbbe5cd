import type { JsonObject, Position } from '@app/kernel';

/** An event in stored form: sealed, with its stored type (`MessageSent.v1`). */
export type StoredEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
};

export type RecordedStoredEvent = StoredEvent & {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
};

/** The revision of the last event seen by the writer; there is no "any". */
export type ExpectedRevision = number | 'no-stream';

export type AppendResult = { readonly revision: number; readonly position: Position };

/**
 * `position` may be saved as a checkpoint after the batch is handled; it also covers events that the filter skipped.
 */
export type SubscriptionBatch = {
  readonly events: readonly RecordedStoredEvent[];
  readonly position: Position;
};

export type SubscriptionOptions = {
  /** Exclusive; `null` is the beginning of the event store. */
  readonly after: Position | null;
  /** Only streams whose name starts with one of these and a dash; all streams when absent. */
  readonly categories?: readonly string[];
  readonly signal: AbortSignal;
};

/** The event store. Streams are `<category>-<id>`, the category without a dash. */
export abstract class EventStore {
  /**
   * Appends all events or none, and resolves when they are durable. The same event ids at the same expected revision
   * get the first result again, so an append whose response was lost is retried unchanged.
   * @throws InvalidAppend for a stream without a name, an event without a type, no event, or too much data
   * @throws WrongExpectedRevision when the stream has newer events
   * @throws EngineUnavailable when the store did not respond; the events may be stored or not
   * @throws DamagedStream when the store continues at another revision; the events may be stored or not
   */
  abstract append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult>;

  /**
   * Events of one stream from a revision on, oldest first; `[]` when there are none yet. @throws DamagedStream when
   * some are missing
   */
  abstract read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]>;

  /**
   * Catch-up subscription in the order of the event store: existing events, then new ones, until the signal aborts.
   * Reconnects automatically. Once it has caught up, its position soon passes every event, including skipped ones.
   * @throws UnknownPosition when the store repeatedly reports that there is no event at its position
   */
  abstract subscribe(options: SubscriptionOptions): AsyncIterable<SubscriptionBatch>;

  /** Position of the last event; `null` while the event store is empty. */
  abstract head(): Promise<Position | null>;
}

export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    readonly actual: ExpectedRevision,
  ) {
    super(`Stream ${stream} is at ${actual}, not at ${expected}`);
    this.name = 'WrongExpectedRevision';
  }
}
