import { LRUCache } from 'lru-cache';
import {
  serializeAppend,
  WrongExpectedRevision,
  type AppendResult,
  type ExpectedRevision,
  type SerializedEvent,
  type StoredEvent,
} from '@app/eventing';
import { categoryOf } from '@app/kernel';
import type { Outcome } from './group-commit.js';
import { toPosition } from './positions.js';
import type { Database } from './sqlite.js';

export type Append = {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly SerializedEvent[];
};

type Stream = { readonly id: number; readonly category: number; revision: number };

const NO_STREAM = -1;
const STREAMS_IN_MEMORY = 50_000;
/** Cached for the name of a stream that does not exist: only this writer can create it. */
const ABSENT: Stream = Object.freeze({ id: 0, category: 0, revision: NO_STREAM });

/** Checks an append before it is queued, so that an invalid one fails alone. @throws InvalidAppend */
export const toAppend = (stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Append => ({
  stream,
  expected,
  events: serializeAppend(stream, expected, events),
});

/**
 * The only writer of the event store. It works inside the transactions of its callers and caches the heads of streams, and
 * which ones do not exist.
 */
export class RecordWriter {
  readonly #streams = new LRUCache<string, Stream>({ max: STREAMS_IN_MEMORY });
  readonly #categories = new Map<string, number>();
  #last = 0;

  constructor(private readonly db: Database) {
    db.exec(`
      CREATE TABLE IF NOT EXISTS categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS streams (
        id INTEGER PRIMARY KEY, category INTEGER NOT NULL REFERENCES categories, name TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES streams, revision INTEGER NOT NULL,
        category INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL);
      CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream, revision);
      CREATE INDEX IF NOT EXISTS events_by_category ON events (category, position);`);
    this.reload();
  }

  /** Row of the last event. Rows are never deleted, so none is used twice. */
  get last(): number {
    return this.#last;
  }

  /** Whether a stream has no event of this revision yet. */
  isBeyond(name: string, revision: number): boolean {
    return (this.#find(name)?.revision ?? NO_STREAM) < revision;
  }

  /** Restores the state of the file after a transaction failed. */
  reload(): void {
    this.#streams.clear();
    this.#categories.clear();
    for (const { id, name } of this.db.all<{ id: number; name: string }>('SELECT id, name FROM categories')) {
      this.#categories.set(name, id);
    }
    this.#last = this.db.first<{ last: number }>('SELECT coalesce(max(position), 0) AS last FROM events').last;
  }

  append({ stream: name, expected, events }: Append): Outcome<AppendResult> {
    const stream = this.#find(name);
    const actual = stream?.revision ?? NO_STREAM;
    const from = expected === 'no-stream' ? NO_STREAM : expected;
    if (actual === from) return { answer: this.#insert(stream ?? this.#create(name), events) };
    const first = stream && actual > from ? this.#firstAnswer(stream, from, events) : undefined;
    if (first) return { answer: first };
    return { error: new WrongExpectedRevision(name, expected, actual === NO_STREAM ? 'no-stream' : actual) };
  }

  #insert(stream: Stream, events: readonly SerializedEvent[]): AppendResult {
    for (const { id, type, data, metadata } of events) {
      this.#last += 1;
      stream.revision += 1;
      this.db.run(
        `INSERT INTO events (position, stream, revision, category, id, type, data, metadata)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        this.#last,
        stream.id,
        stream.revision,
        stream.category,
        id,
        type,
        data,
        metadata,
      );
    }
    return { revision: stream.revision, position: toPosition(this.#last) };
  }

  /** The result of an append that is already stored completely; a partial match is a conflict. */
  #firstAnswer(stream: Stream, from: number, events: readonly SerializedEvent[]): AppendResult | undefined {
    const rows = this.db.all<{ id: string; position: number }>(
      'SELECT id, position FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?',
      stream.id,
      from,
      events.length,
    );
    const last = rows.at(-1);
    if (!last || events.some(({ id }, index) => rows[index]?.id !== id)) return undefined;
    return { revision: from + events.length, position: toPosition(last.position) };
  }

  #find(name: string): Stream | undefined {
    const known = this.#streams.get(name);
    if (known) return known === ABSENT ? undefined : known;
    const stored = this.db.one<Stream>(
      `SELECT id, category, (SELECT max(revision) FROM events WHERE stream = streams.id) AS revision
       FROM streams WHERE name = ?`,
      name,
    );
    this.#streams.set(name, stored ?? ABSENT);
    return stored;
  }

  #create(name: string): Stream {
    const category = this.#ensureCategory(categoryOf(name));
    const { id } = this.db.first<{ id: number }>(
      'INSERT INTO streams (category, name) VALUES (?, ?) RETURNING id',
      category,
      name,
    );
    const stream = { id, category, revision: NO_STREAM };
    this.#streams.set(name, stream);
    return stream;
  }

  #ensureCategory(name: string): number {
    const known = this.#categories.get(name);
    if (known !== undefined) return known;
    const { id } = this.db.first<{ id: number }>('INSERT INTO categories (name) VALUES (?) RETURNING id', name);
    this.#categories.set(name, id);
    return id;
  }
}
