import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  EventStore,
  type AppendResult,
  type ExpectedRevision,
  type RecordedStoredEvent,
  type StoredEvent,
  type SubscriptionBatch,
  type SubscriptionOptions,
} from '@app/eventing';
import type { JsonObject, Position } from '@app/kernel';
import { GroupCommit } from './group-commit.js';
import { toPosition, toRow } from './positions.js';
import { RecordWriter, toAppend, type Append } from './record-writer.js';
import type { Database } from './sqlite.js';
import { Wakeup } from './wakeup.js';

type EventRow = {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

const COLUMNS = 'position, streams.name AS stream, revision, events.id, type, data, metadata';
const BATCH = 500;

/** The record in one file, written in this process only. */
export class EmbeddedEventStore extends EventStore {
  readonly #writer: RecordWriter;
  readonly #appends: GroupCommit<Append, AppendResult>;
  readonly #committed = new Wakeup();
  #closed = false;

  constructor(private readonly db: Database) {
    super();
    this.#writer = new RecordWriter(db);
    this.#appends = new GroupCommit((appends) => this.#commit(appends));
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult> {
    return this.#appends.add(toAppend(stream, expected, events));
  }

  async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    const rows = this.db.all<EventRow>(
      `SELECT ${COLUMNS} FROM streams JOIN events ON events.stream = streams.id
       WHERE streams.name = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      stream, from, limit,
    );
    return rows.map(toEvent);
  }

  async *subscribe({ after, categories, signal }: SubscriptionOptions): AsyncIterable<SubscriptionBatch> {
    let row = toRow(after);
    while (!signal.aborted && !this.#closed) {
      // Nothing may be awaited between this look at the head and the wait below, or a commit could go unnoticed.
      if (row >= this.#writer.last) {
        await this.#committed.wait(signal);
        continue;
      }
      const events = categories ? this.#readCategories(categories, row) : this.#readAll(row);
      const last = events.length === BATCH ? events.at(-1) : undefined;
      const position = last ? last.position : toPosition(this.#writer.last);
      row = toRow(position);
      yield { events, position };
      // A long catch-up leaves room for everything else in the process.
      if (last) await nextTurn();
    }
  }

  async head(): Promise<Position | null> {
    return this.#writer.last === 0 ? null : toPosition(this.#writer.last);
  }

  /** Commits what waits and ends the subscriptions. */
  close(): void {
    this.#appends.close();
    this.#closed = true;
    this.#committed.wakeAll();
  }

  #commit(appends: readonly Append[]) {
    try {
      const outcomes = this.db.transaction(() => appends.map((append) => this.#writer.append(append)));
      this.#committed.wakeAll();
      return outcomes;
    } catch (error) {
      this.#writer.reload();
      throw error;
    }
  }

  #readAll(row: number): RecordedStoredEvent[] {
    const rows = this.db.all<EventRow>(
      `SELECT ${COLUMNS} FROM events JOIN streams ON streams.id = events.stream
       WHERE position > ? ORDER BY position LIMIT ${BATCH}`,
      row,
    );
    return rows.map(toEvent);
  }

  #readCategories(categories: readonly string[], after: number): RecordedStoredEvent[] {
    const positions = [...new Set(categories)].flatMap((name) => this.#positions(name, after));
    const first = positions.sort((a, b) => a - b).slice(0, BATCH);
    const rows = this.db.all<EventRow>(
      `SELECT ${COLUMNS} FROM events JOIN streams ON streams.id = events.stream
       WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position`,
      JSON.stringify(first),
    );
    return rows.map(toEvent);
  }

  #positions(category: string, after: number): number[] {
    const id = this.#writer.category(category);
    if (id === undefined) return [];
    const rows = this.db.all<{ position: number }>(
      `SELECT position FROM events WHERE category = ? AND position > ? ORDER BY position LIMIT ${BATCH}`,
      id, after,
    );
    return rows.map(({ position }) => position);
  }
}

const toEvent = ({ position, stream, revision, id, type, data, metadata }: EventRow): RecordedStoredEvent => ({
  id,
  type,
  data: JSON.parse(data) as JsonObject,
  metadata: JSON.parse(metadata) as JsonObject,
  stream,
  revision,
  position: toPosition(position),
});
