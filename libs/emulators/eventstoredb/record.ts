import { randomUUID } from 'node:crypto';
import type { Outcome } from '@app/adapters/embedded';
import type { Database } from '@app/adapters/embedded';

/** The server's own numbers for expected revisions with a special meaning. */
export const NO_STREAM = -1;
export const ANY = -2;
export const STREAM_EXISTS = -4;

export type ProposedEvent = {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
};

export type RecordedEvent = ProposedEvent & {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly created: number;
};

export type Append = { readonly stream: string; readonly expected: number; readonly events: readonly ProposedEvent[] };
export type Appended = { readonly revision: number; readonly position: number };

export class WrongExpectedVersion extends Error {
  constructor(readonly current: number) {
    super(`The stream is at ${current}`);
  }
}

/** The stream has a tombstone and can no longer be read or written. */
export class StreamDeleted extends Error {
  constructor(readonly stream: string) {
    super(`Event stream '${stream}' is deleted.`);
  }
}

/** Revision of a tombstone, and of the truncation of a soft-deleted stream. */
export const DELETED = Number.MAX_SAFE_INTEGER;

/** Which events can still be read, according to the stream's metadata. */
type StreamMetadata = { readonly $maxCount?: number; readonly $tb?: number };

const COLUMNS = 'position, stream, revision, id, type, content_type AS contentType, data, metadata, created';
/** Size of a log record beside its content. Positions count bytes, so there are gaps between them. */
const RECORD_BYTES = 100;

/** The events, and the server's rules for appends. */
export class Record {
  constructor(private readonly db: Database) {
    db.exec(`
      CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
        content_type TEXT NOT NULL, data BLOB NOT NULL, metadata BLOB NOT NULL, created INTEGER NOT NULL);
      CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream, revision);
      CREATE TABLE IF NOT EXISTS empty_appends (position INTEGER PRIMARY KEY);`);
  }

  /** All or none of the appends are on disk when it returns; each has its own outcome. */
  commit(appends: readonly Append[]): readonly Outcome<Appended>[] {
    return this.db.transaction(() => appends.map((append) => this.#append(append)));
  }

  /** Revision of the stream's last event; {@link NO_STREAM} when there is none. */
  revision(stream: string): number {
    return this.db.first<{ last: number }>(
      'SELECT coalesce(max(revision), -1) AS last FROM events WHERE stream = ?',
      stream,
    ).last;
  }

  stream(name: string, from: number, limit: number): RecordedEvent[] {
    return this.db.all(
      `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      name,
      from,
      limit,
    );
  }

  streamBackwards(name: string, from: number, limit: number): RecordedEvent[] {
    return this.db.all(
      `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`,
      name,
      from,
      limit,
    );
  }

  after(position: number, limit: number): RecordedEvent[] {
    return this.db.all(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`, position, limit);
  }

  before(position: number, limit: number): RecordedEvent[] {
    return this.db.all(
      `SELECT ${COLUMNS} FROM events WHERE position < ? ORDER BY position DESC LIMIT ?`,
      position,
      limit,
    );
  }

  get last(): number {
    return this.db.first<{ last: number }>(
      'SELECT max((SELECT coalesce(max(position), 0) FROM events), (SELECT coalesce(max(position), 0) FROM empty_appends)) AS last',
    ).last;
  }

  /** Whether a read may begin here: at a log record, at the start, or anywhere beyond the end. */
  isPlace(position: number): boolean {
    if (position === 0 || position >= this.last + RECORD_BYTES) return true;
    return (
      this.db.one(
        'SELECT 1 FROM events WHERE position = ? UNION SELECT 1 FROM empty_appends WHERE position = ?',
        position,
        position,
      ) !== undefined
    );
  }

  /** Revision of the first readable event of the stream; {@link DELETED} when it was soft-deleted. */
  firstReadable(stream: string): number {
    const { $maxCount, $tb = 0 } = this.#metadata(stream);
    if ($tb === DELETED || $maxCount === undefined) return $tb;
    return Math.max($tb, this.revision(stream) - $maxCount + 1);
  }

  /** Hides the existing events; the next append continues at the old revision. @returns its position */
  deleteSoftly(stream: string): number {
    return this.db.transaction(() => this.#cut(stream, DELETED));
  }

  /** Deletes the stream permanently. @returns its position */
  tombstone(stream: string): number {
    return this.db.transaction(
      () => this.#insert({ stream, expected: ANY, events: [systemEvent('$streamDeleted', {})] }, DELETED - 1).position,
    );
  }

  #metadata(stream: string): StreamMetadata {
    const last = this.db.one<{ data: Uint8Array }>(
      'SELECT data FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1',
      metadataStreamOf(stream),
    );
    return last ? (JSON.parse(Buffer.from(last.data).toString()) as StreamMetadata) : {};
  }

  #cut(stream: string, $tb: number): number {
    const metadata = metadataStreamOf(stream);
    const event = systemEvent('$metadata', { ...this.#metadata(stream), $tb });
    return this.#insert({ stream: metadata, expected: ANY, events: [event] }, this.revision(metadata)).position;
  }

  #append(append: Append): Outcome<Appended> {
    const current = this.revision(append.stream);
    if (current === DELETED) return { error: new StreamDeleted(append.stream) };
    const outcome = this.#appendAt(append, current);
    if (current === NO_STREAM || this.firstReadable(append.stream) !== DELETED) return outcome;
    // An append at "no stream" to a soft-deleted stream continues after the hidden events.
    const appended =
      append.expected === NO_STREAM && 'error' in outcome ? { answer: this.#insert(append, current) } : outcome;
    if ('answer' in appended && appended.answer.revision > current) this.#cut(append.stream, current + 1);
    return appended;
  }

  #appendAt(append: Append, current: number): Outcome<Appended> {
    const { expected } = append;
    if (expected === STREAM_EXISTS && current === NO_STREAM) return { error: new WrongExpectedVersion(current) };
    if (expected === ANY || expected === STREAM_EXISTS) return this.#recogniseById(append, current);
    if (expected < current) return this.#recogniseByRevision(append, current);
    if (expected > current) return { error: new WrongExpectedVersion(current) };
    return { answer: this.#insert(append, current) };
  }

  /** The ids must be where this append would have stored them. A partial match is a conflict. */
  #recogniseByRevision({ stream, expected, events }: Append, current: number): Outcome<Appended> {
    const there = this.stream(stream, expected + 1, events.length);
    const last = there.at(-1);
    if (!last || events.some(({ id }, n) => there[n]?.id !== id)) return { error: new WrongExpectedVersion(current) };
    return { answer: { revision: last.revision, position: last.position } };
  }

  #recogniseById(append: Append, current: number): Outcome<Appended> {
    const there = append.events.map(({ id }) =>
      this.db.one<Appended>('SELECT revision, position FROM events WHERE stream = ? AND id = ?', append.stream, id),
    );
    const last = there.at(-1);
    if (!there[0]) return { answer: this.#insert(append, current) };
    return last && there.every(Boolean) ? { answer: last } : { error: new WrongExpectedVersion(current) };
  }

  #insert({ stream, events }: Append, current: number): Appended {
    let [revision, position] = [current, this.last];
    for (const { id, type, contentType, data, metadata } of events) {
      revision += 1;
      position += RECORD_BYTES + data.length + metadata.length;
      this.db.run(
        `INSERT INTO events (position, stream, revision, id, type, content_type, data, metadata, created)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        position,
        stream,
        revision,
        id,
        type,
        contentType,
        data,
        metadata,
        Date.now(),
      );
    }
    if (events.length === 0) {
      position += RECORD_BYTES;
      this.db.run('INSERT INTO empty_appends (position) VALUES (?)', position);
    }
    return { revision, position };
  }
}

const metadataStreamOf = (stream: string): string => `$$${stream}`;

const systemEvent = (type: string, data: object): ProposedEvent => ({
  id: randomUUID(),
  type,
  contentType: 'application/json',
  data: Buffer.from(JSON.stringify(data)),
  metadata: new Uint8Array(),
});
