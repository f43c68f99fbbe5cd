import type { JsonObject, Position } from '@app/kernel';

/** An event as the store keeps it: sealed, with its stored type (`MessageSent.v1`). */
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

/** The revision of the last event the writer has seen; "any" does not exist here. */
export type ExpectedRevision = number | 'no-stream';

export type AppendResult = { readonly revision: number; readonly position: Position };

/** `position` is safe to save as a checkpoint once the batch is handled; it also covers events that the filter left out. */
export type SubscriptionBatch = {
  readonly events: readonly RecordedStoredEvent[];
  readonly position: Position;
};

export type SubscriptionOptions = {
  /** Exclusive; `null` is the beginning of the record. */
  readonly after: Position | null;
  /** Only streams whose name starts with one of these and a dash; all streams when absent. */
  readonly categories?: readonly string[];
  readonly signal: AbortSignal;
};

/** The record. Streams are `<category>-<id>`, the category without a dash. */
export abstract class EventStore {
  /**
   * Appends all events or none, and resolves when they are durable. The same event ids at the same expected revision
   * again get the first answer, so an append whose answer was lost is repeated unchanged.
   * @throws InvalidAppend for a stream without a name, an event without a type, no event, or more than fits
   * @throws WrongExpectedRevision when the stream has moved on
   * @throws EngineUnavailable when the store did not answer; the events may be there or not
   * @throws DamagedStream when the store goes on at another revision; the events may be there or not
   */
  abstract append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult>;

  /** Events of one stream from a revision on, oldest first; `[]` when there are none yet. @throws DamagedStream when some are gone */
  abstract read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]>;

  /**
   * Catch-up subscription in the order of the record: what is there, then what comes, until the signal aborts. Goes on
   * by itself when the store was away. Once it has caught up, its position passes every event soon, also one it leaves out.
   * @throws UnknownPosition when the store answers, again and again, that it has nothing there
   */
  abstract subscribe(options: SubscriptionOptions): AsyncIterable<SubscriptionBatch>;

  /** Position of the last event; `null` while the record is empty. */
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
