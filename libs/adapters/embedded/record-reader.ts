import type { RecordedStoredEvent } from '@app/eventing';
import { categoryOf, type JsonObject } from '@app/kernel';
import { toPosition } from './positions.js';
import type { RecordWriter } from './record-writer.js';
import type { Database } from './sqlite.js';

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

/** Maximum number of events in one batch of a subscription. */
export const BATCH = 500;
/** The cache of the newest events is trimmed to this number when it holds twice as many. */
const NEWEST = 2 * BATCH;

/** Reads the event store. The newest events are read and parsed once for all followers near the end. */
export class RecordReader {
  /** Events of the rows after `#from`, without a gap. */
  #newest: RecordedStoredEvent[] = [];
  #from = 0;

  constructor(
    private readonly db: Database,
    private readonly writer: RecordWriter,
  ) {}

  stream(name: string, from: number, limit: number): RecordedStoredEvent[] {
    const rows = this.db.all<EventRow>(
      `SELECT ${COLUMNS} FROM streams JOIN events ON events.stream = streams.id
       WHERE streams.name = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      name,
      from,
      limit,
    );
    return rows.map(toEvent);
  }

  /** The next events after a row, of these categories; fewer than a batch when there are no more. */
  after(row: number, categories: readonly string[] | undefined): RecordedStoredEvent[] {
    if (row >= this.#from && this.writer.last - row <= BATCH) {
      this.#readNewest(row);
      const events = this.#newest.slice(row - this.#from);
      return categories ? events.filter(({ stream }) => categories.includes(categoryOf(stream))) : events;
    }
    return categories ? this.#ofCategories(categories, row) : this.#all(row);
  }

  #readNewest(row: number): void {
    const last = this.#from + this.#newest.length;
    if (row > last) {
      this.#newest = [];
      this.#from = row;
    }
    if (this.writer.last > last) this.#newest.push(...this.#all(Math.max(row, last)));
    if (this.#newest.length > 2 * NEWEST) {
      this.#from += this.#newest.length - NEWEST;
      this.#newest = this.#newest.slice(-NEWEST);
    }
  }

  #all(row: number): RecordedStoredEvent[] {
    const rows = this.db.all<EventRow>(
      `SELECT ${COLUMNS} FROM events JOIN streams ON streams.id = events.stream
       WHERE position > ? ORDER BY position LIMIT ${BATCH}`,
      row,
    );
    return rows.map(toEvent);
  }

  #ofCategories(categories: readonly string[], after: number): RecordedStoredEvent[] {
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
    const id = this.writer.category(category);
    if (id === undefined) return [];
    const rows = this.db.all<{ position: number }>(
      `SELECT position FROM events WHERE category = ? AND position > ? ORDER BY position LIMIT ${BATCH}`,
      id,
      after,
    );
    return rows.map(({ position }) => position);
  }
}

const toEvent = ({ position, stream, revision, id, type, data, metadata }: EventRow): RecordedStoredEvent => ({
  id,
  type,
  data: parsed(data),
  metadata: parsed(metadata),
  stream,
  revision,
  position: toPosition(position),
});

/** Invalid JSON stays text: the codec detects it, so one damaged event does not prevent reading the others. */
function parsed(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return text as unknown as JsonObject;
  }
}
