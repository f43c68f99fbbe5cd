import type { Message, Position, Recorded } from '@app/kernel';
import type { Journal } from '../reading/journal.js';
import type {
  Checkpoints,
  Document,
  FieldValue,
  ModelDefinition,
  Page,
  ReadModelStore,
} from '../ports/read-model-store.js';
import { isOpened, type Followable, type Unopened } from '../reading/unopened.js';

/** The fold of a read model, pure. It never refuses a fact: what it cannot place changes nothing. */
export type Projection<Event extends Message = Message, Row extends Document = Document> = ModelDefinition & {
  /** Categories of the streams it follows. */
  readonly categories: readonly string[];
  /** Id of the document this event is about, if any. */
  touches(event: Recorded<Event>): string | null;
  /** Of an event about many documents: those that hold these values, found by that index. */
  touchesAll?(event: Recorded<Event>): Touched | null;
  evolve(row: Row | null, event: Recorded<Event>): Row | null;
};

export type Touched = { readonly index: string; readonly equals: Readonly<Record<string, FieldValue>> };

/** What the runner adds to every document: the position of the last event in it, which makes a repetition harmless. */
type Positioned = Document & { readonly position: Position };

/** A stream that a read model cannot follow further; kept among its documents, so that it is replaced with them. */
type Unreadable = Positioned & { readonly unreadable: string };

export type Followed = {
  readonly journal: Journal;
  readonly readModels: ReadModelStore;
  readonly checkpoints: Checkpoints;
};

/** Told of the first event of a stream that cannot be opened, before the read model passes it over. Told again after a crash. */
export type OnUnopened = (event: Unopened) => Promise<void>;

/** Name of the work that only one process does for a read model. */
export const projectorOf = ({ name }: Pick<Projection, 'name'>): string => `projector ${name}`;

/** Id of the document that says so, while the read model leaves out what came in the stream since. */
export const unreadableId = (stream: string): string => `unreadable ${stream}`;

/** Whether a document of a read model only says so. */
export const isUnreadable = ({ id, unreadable }: Document): boolean =>
  typeof unreadable === 'string' && id === unreadableId(unreadable);

/**
 * Follows the record and writes the read model, until the signal aborts. Of a stream with an event that cannot be opened,
 * nothing later is folded; the others go on, and a rebuild takes it in again. Rejects when the store does, or with
 * `CheckpointMoved` when another worker owns the model; then call it again.
 */
export async function runProjection(
  { journal, readModels, checkpoints }: Followed,
  projection: Projection,
  signal: AbortSignal,
  onUnopened: OnUnopened = () => Promise.resolve(),
): Promise<void> {
  await readModels.prepare(projection);
  let from = await checkpoints.get(projection.name);
  for await (const { all, position } of journal.follow({ after: from, categories: projection.categories, signal })) {
    const rows = await touchedRows(readModels, projection, all);
    const before = new Map(rows);
    for (const event of fold(projection, rows, all)) await onUnopened(event);
    const changed = [...rows.values()].filter((row) => before.get(row.id) !== row);
    await readModels.write(
      projection,
      changed.map((row) => ({ document: row, position: row.position })),
      { from, to: position },
    );
    from = position;
  }
}

/**
 * Builds the read model again beside the live one, in memory and written once, up to the record's end as of now.
 * The copy waits for {@link ReadModelStore.swapRebuild} or {@link ReadModelStore.dropRebuild}.
 * @returns the position it reached; `null` when the record is empty
 */
export async function rebuild(
  { journal, readModels }: Omit<Followed, 'checkpoints'>,
  projection: Projection,
  signal: AbortSignal,
  onUnopened: OnUnopened = () => Promise.resolve(),
): Promise<Position | null> {
  await readModels.prepare(projection);
  await readModels.beginRebuild(projection);
  const head = await journal.head();
  if (head === null) return null;
  const rows = new Map<string, Positioned>();
  for await (const { all, position } of journal.follow({ after: null, categories: projection.categories, signal })) {
    for (const event of fold(
      projection,
      rows,
      all.filter((event) => event.position <= head),
    ))
      await onUnopened(event);
    if (position >= head) break;
  }
  await readModels.fillRebuild(
    projection,
    [...rows.values()].map((row) => ({ document: row, position: row.position })),
  );
  return head;
}

async function touchedRows(
  readModels: ReadModelStore,
  projection: Projection,
  all: readonly Followable[],
): Promise<Map<string, Positioned>> {
  const events = all.filter(isOpened);
  const ids = new Set([
    ...events.map((event) => projection.touches(event)).filter((id) => id !== null),
    ...all.map(({ stream }) => unreadableId(stream)),
  ]);
  const rows = ids.size === 0 ? [] : ((await readModels.get(projection, [...ids])) as readonly Positioned[]);
  const touched = new Map(rows.map((row) => [row.id, row]));
  for (const event of events) {
    const many = projection.touchesAll?.(event);
    if (!many) continue;
    for (let after: string | undefined; ;) {
      const { documents, next } = (await readModels.page(projection, {
        ...many,
        order: 'asc',
        after,
        limit: PAGE,
      })) as Page<Positioned>;
      for (const row of documents) touched.set(row.id, row);
      if (next === null) break;
      after = next;
    }
  }
  return touched;
}

const PAGE = 500;

/** Ids of the documents an event is about, among these and those that are not there yet. */
export function touchedIds<Event extends Message, Row extends Document>(
  projection: Projection<Event, Row>,
  event: Recorded<Event>,
  rows: Iterable<Document>,
): readonly string[] {
  const id = projection.touches(event);
  const many = projection.touchesAll?.(event);
  if (!many) return id === null ? [] : [id];
  const equals = Object.entries(many.equals);
  const ids = [...rows].filter((row) => equals.every(([field, value]) => row[field] === value)).map((row) => row.id);
  return id === null || ids.includes(id) ? ids : [...ids, id];
}

/**
 * Applies events to rows in place; events that a row has already seen are passed over.
 * @returns the first event of each stream that could not be opened
 */
export function fold(
  projection: Projection,
  rows: Map<string, Positioned>,
  events: readonly Followable[],
): readonly Unopened[] {
  const unopened: Unopened[] = [];
  for (const event of events) {
    const mark = rows.get(unreadableId(event.stream));
    if (mark && (isOpened(event) ? mark.position <= event.position : mark.position < event.position)) continue;
    if (!isOpened(event)) {
      const { stream, position } = event;
      if (!mark)
        rows.set(unreadableId(stream), { id: unreadableId(stream), unreadable: stream, position } satisfies Unreadable);
      unopened.push(event);
      continue;
    }
    for (const id of touchedIds(projection, event, rows.values())) {
      const row = rows.get(id) ?? null;
      if (row && row.position >= event.position) continue;
      const next = projection.evolve(row, event);
      if (next !== null && next !== row) rows.set(id, { ...next, position: event.position });
    }
  }
  return unopened;
}
