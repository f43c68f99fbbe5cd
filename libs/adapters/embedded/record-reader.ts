import type { RecordedStoredEvent } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { toPosition } from './positions.js';
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
/** Reads the event store; its connection may be another one than the writer's. */
export class RecordReader {
  constructor(private readonly db: Database) {}

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

  /**
   * The next events of these categories after a row and up to another; fewer than a batch when there are no more. The
   * end is needed because the writer may commit between two queries.
   */
  between(row: number, end: number, categories: readonly string[] | undefined): RecordedStoredEvent[] {
    if (!categories) {
      const rows = this.db.all<EventRow>(
        `SELECT ${COLUMNS} FROM events JOIN streams ON streams.id = events.stream
         WHERE position > ? AND position <= ? ORDER BY position LIMIT ${BATCH}`,
        row,
        end,
      );
      return rows.map(toEvent);
    }
    const positions = [...new Set(categories)].flatMap((name) => this.#positions(name, row, end));
    const first = positions.sort((a, b) => a - b).slice(0, BATCH);
    const rows = this.db.all<EventRow>(
      `SELECT ${COLUMNS} FROM events JOIN streams ON streams.id = events.stream
       WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position`,
      JSON.stringify(first),
    );
    return rows.map(toEvent);
  }

  #positions(category: string, after: number, end: number): number[] {
    const rows = this.db.all<{ position: number }>(
      `SELECT position FROM events WHERE category = (SELECT id FROM categories WHERE name = ?)
       AND position > ? AND position <= ? ORDER BY position LIMIT ${BATCH}`,
      category,
      after,
      end,
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
