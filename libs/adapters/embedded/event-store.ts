import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  EventStore,
  Wakeup,
  withoutGap,
  type AppendResult,
  type ExpectedRevision,
  type RecordedStoredEvent,
  type StoredEvent,
  type SubscriptionBatch,
  type SubscriptionOptions,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import { GroupCommit } from './group-commit.js';
import { toPosition, toRow } from './positions.js';
import { BATCH, RecordReader } from './record-reader.js';
import { RecordWriter, toAppend, type Append } from './record-writer.js';
import type { Database } from './sqlite.js';

/** The event store in one file, written by this process only. */
export class EmbeddedEventStore extends EventStore {
  readonly #writer: RecordWriter;
  readonly #reader: RecordReader;
  readonly #appends: GroupCommit<Append, AppendResult>;
  readonly #committed = new Wakeup();
  #closed = false;

  constructor(private readonly db: Database) {
    super();
    this.#writer = new RecordWriter(db);
    this.#reader = new RecordReader(db, this.#writer);
    this.#appends = new GroupCommit((appends) => this.#commit(appends));
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult> {
    return this.#appends.add(toAppend(stream, expected, events));
  }

  async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    // A writer asks for events after the revision it knows, and usually there are none.
    return this.#writer.isBeyond(stream, from)
      ? []
      : withoutGap(stream, from, this.#reader.stream(stream, from, limit));
  }

  async *subscribe({ after, categories, signal }: SubscriptionOptions): AsyncIterable<SubscriptionBatch> {
    let row = toRow(after);
    while (!signal.aborted && !this.#closed) {
      // No await is allowed between this reading of the head and the wait below, or a commit could go unnoticed.
      if (row >= this.#writer.last) {
        await this.#committed.wait({ signal });
        continue;
      }
      const events = this.#reader.after(row, categories);
      const last = events.length === BATCH ? events.at(-1) : undefined;
      const position = last ? last.position : toPosition(this.#writer.last);
      row = toRow(position);
      yield { events, position };
      // A long catch-up must leave time for other work of the process.
      if (last) await nextTurn();
    }
  }

  async head(): Promise<Position | null> {
    return this.#writer.last === 0 ? null : toPosition(this.#writer.last);
  }

  /** Commits pending appends and ends the subscriptions. */
  close(): void {
    this.#appends.close();
    this.#closed = true;
    this.#committed.wake();
  }

  #commit(appends: readonly Append[]) {
    try {
      const outcomes = this.db.transaction(() => appends.map((append) => this.#writer.append(append)));
      this.#committed.wake();
      return outcomes;
    } catch (error) {
      this.#writer.reload();
      throw error;
    }
  }
}
