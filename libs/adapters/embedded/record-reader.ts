import type { RecordedStoredEvent } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
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
/** Reads the event store. */
export class RecordReader {
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
    return categories ? this.#ofCategories(categories, row) : this.#all(row);
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
