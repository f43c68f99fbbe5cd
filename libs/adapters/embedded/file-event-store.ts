import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  EventStore,
  Wakeup,
  withoutGap,
  type RecordedStoredEvent,
  type SubscriptionBatch,
  type SubscriptionOptions,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import { toPosition, toRow } from './positions.js';
import { BATCH, RecordReader } from './record-reader.js';
import type { Database } from './sqlite.js';

/** Reads and follows the event store in one file. */
export abstract class FileEventStore extends EventStore {
  readonly #reader: RecordReader;
  readonly #committed = new Wakeup();
  #closed = false;

  constructor(db: Database) {
    super();
    this.#reader = new RecordReader(db);
  }

  /** Row of the last committed event. */
  protected abstract get last(): number;

  /** Wakes the subscriptions after `last` has changed. */
  protected committed(): void {
    this.#committed.wake();
  }

  async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    return withoutGap(stream, from, this.#reader.stream(stream, from, limit));
  }

  async *subscribe({ after, categories, signal }: SubscriptionOptions): AsyncIterable<SubscriptionBatch> {
    let row = toRow(after);
    while (!signal.aborted && !this.#closed) {
      // No await is allowed between this reading of the end and the wait below, or a commit could go unnoticed.
      const end = this.last;
      if (row >= end) {
        await this.#committed.wait({ signal });
        continue;
      }
      const events = this.#reader.between(row, end, categories);
      const last = events.length === BATCH ? events.at(-1) : undefined;
      const position = last ? last.position : toPosition(end);
      row = toRow(position);
      yield { events, position };
      // A long catch-up must leave time for other work of the process.
      if (last) await nextTurn();
    }
  }

  async head(): Promise<Position | null> {
    return this.last === 0 ? null : toPosition(this.last);
  }

  /** Ends the subscriptions. */
  close(): void {
    this.#closed = true;
    this.#committed.wake();
  }
}
