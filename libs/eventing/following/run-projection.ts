import type { Message, Position, Recorded } from '@app/kernel';
import type { EventLog } from '../reading/event-log.js';
import {
  isDeleted,
  keyOf,
  keyText,
  type Checkpoints,
  type Document,
  type DocumentKey,
  type DocumentWrite,
  type FieldValue,
  type ModelDefinition,
  type ReadModelStore,
} from '../ports/read-model-store.js';
import { changedCounters, count, counterChanges, type Amounts, type CounterChange } from './counters.js';
import { allPages } from '../ports/all-pages.js';
import { Partitions, type Part } from '../ports/partitions.js';
import { untilLost } from './until-lost.js';
import { isOpened, programOf, type Followable, type Unopened } from '../reading/unopened.js';

/** A read model and its projection: which events it shows, and how. The fold is pure, and never refuses an event. */
export type ReadModel<Row extends Document = Document, Event extends Message = Message> = ModelDefinition<Row> & {
  /** Categories of the streams it follows. */
  readonly categories: readonly string[];
  /** Types of the events that change it; all others are skipped. */
  readonly handles: readonly Event['type'][];
  /** The documents that the event changes. */
  touches(event: Recorded<Event>): Touched;
  /**
   * The document of this id after the event: the same one when nothing changes, `null` when there is none or to delete
   * it.
   */
  evolve(row: Row | null, event: Recorded<Event>, id: string): Row | null;
  /**
   * What a document adds to the counters of its program, which are documents of the same model: such a model has no
   * lists.
   */
  amounts?(row: Row): Amounts;
};

/** One document by its id, several by theirs, all that an index finds, or none. */
export type Touched = string | readonly string[] | Selection | null;

/** The documents with these values, found by that index. */
export type Selection = { readonly index: string; readonly equals: Readonly<Record<string, FieldValue>> };

export type Followed = {
  readonly eventLog: EventLog;
  readonly readModels: ReadModelStore;
  readonly checkpoints: Checkpoints;
};

/**
 * Called with the first event of a stream that cannot be opened, before the read model skips it; called again after a
 * crash.
 */
export type OnUnopened = (event: Unopened) => Promise<void>;

/** Name of the lease for writing a read model. */
export const projectorOf = ({ name }: Pick<ReadModel, 'name'>): string => `projector ${name}`;

const [WHOLE] = new Partitions().all;

/**
 * Key of the document that marks a stream as unreadable, while the read model skips its later events. It belongs to no
 * program: that of the event may be unknown.
 */
export const unreadableKey = (stream: string): DocumentKey => ({ programId: 'none', id: `unreadable ${stream}` });

/** Whether a document of a read model is such a mark. */
export const isUnreadable = ({ id, unreadable }: Document): boolean =>
  typeof unreadable === 'string' && id === unreadableKey(unreadable).id;

/**
 * Follows the event store and writes the read model, or one part of it, until the signal aborts. After an event that cannot be opened,
 * later events of its stream are skipped until a rebuild; other streams continue. Rejects when the store does, or with
 * `CheckpointMoved` when another worker owns the model; then call it again.
 */
export async function runProjection(
  { eventLog, readModels, checkpoints }: Followed,
  model: ReadModel,
  signal: AbortSignal,
  {
    part = WHOLE,
    onUnopened = () => Promise.resolve(),
  }: { readonly part?: Part; readonly onUnopened?: OnUnopened } = {},
): Promise<void> {
  const name = part.nameOf(model.name);
  const { categories } = model;
  await readModels.prepare(model);
  let from = await checkpoints.get(name);
  await untilLost(name, signal, async (ending, onLost) => {
    for await (const { all, position } of eventLog.follow({ after: from, categories, part, signal: ending })) {
      const rows = await touchedRows(readModels, model, all);
      const before = new Map(rows);
      const { unopened, changes } = fold(model, rows, all);
      for (const event of unopened) await onUnopened(event);
      const changed = [
        ...(await changedCounters(readModels, model, changes)),
        ...[...rows.values()].filter((row) => before.get(keyText(keyOf(row))) !== row),
      ];
      if (changed.length > 0 || all.some(isHandledBy(model)))
        await readModels.write(model, changed, { name, from, to: position });
      else checkpoints.pass(name, from, position, onLost);
      from = position;
    }
  });
}

/**
 * Rebuilds the read model beside the live one, in memory and written once, up to the current end of the event store.
 * The copy waits for {@link ReadModelStore.swapRebuild} or {@link ReadModelStore.dropRebuild}.
 * @returns the position it reached; `null` when the event store is empty
 */
export async function rebuild(
  { eventLog, readModels }: Omit<Followed, 'checkpoints'>,
  model: ReadModel,
  signal: AbortSignal,
  onUnopened: OnUnopened = () => Promise.resolve(),
): Promise<Position | null> {
  await readModels.prepare(model);
  await readModels.beginRebuild(model);
  const head = await eventLog.head();
  if (head === null) return null;
  const rows = new Map<string, DocumentWrite>();
  for await (const { all, position } of eventLog.follow({
    after: null,
    categories: model.categories,
    alone: true,
    signal,
  })) {
    const { unopened, changes } = fold(
      model,
      rows,
      all.filter((event) => event.position <= head),
    );
    count(rows, changes);
    for (const event of unopened) await onUnopened(event);
    if (position >= head) break;
  }
  await readModels.fillRebuild(model, [...rows.values()]);
  return head;
}

async function touchedRows(
  readModels: ReadModelStore,
  model: ReadModel,
  all: readonly Followable[],
): Promise<Map<string, DocumentWrite>> {
  const handled = all.filter(isHandledBy(model));
  const selected = await Promise.all(
    handled.map(async (event) => {
      const touched = model.touches(event);
      if (!isSelection(touched)) return [];
      return allPages(readModels, model, { ...touched, programId: programOf(event), order: 'asc' });
    }),
  );
  const keys = new Map(
    [...touchedBy(model, handled), ...selected.flat(), ...all.map(({ stream }) => unreadableKey(stream))].map((key) => [
      keyText(key),
      key,
    ]),
  );
  const rows = keys.size === 0 ? [] : await readModels.versions(model, [...keys.values()]);
  return new Map(rows.map((row) => [keyText(keyOf(row)), row]));
}

const documentOf = (row: DocumentWrite | undefined): Document | null => (!row || isDeleted(row) ? null : row.document);

const isHandledBy =
  ({ handles }: ReadModel) =>
  (event: Followable): event is Recorded<Message> =>
    isOpened(event) && handles.includes(event.type);

const isSelection = (touched: Touched): touched is Selection =>
  typeof touched === 'object' && touched !== null && 'index' in touched;

/** Keys of the documents that these events change, if a model names them by id. */
export const touchedBy = (model: ReadModel, events: readonly Followable[]): readonly DocumentKey[] =>
  events.filter(isHandledBy(model)).flatMap((event) => {
    const touched = model.touches(event);
    return isSelection(touched) ? [] : idsIn(touched).map((id) => ({ programId: programOf(event), id }));
  });

const idsIn = (touched: string | readonly string[] | null): readonly string[] =>
  touched === null ? [] : typeof touched === 'string' ? [touched] : touched;

/** Ids of the documents that an event changes; for a selection, those among these rows. */
export function touchedIds(model: ReadModel, event: Recorded<Message>, rows: Iterable<Document>): readonly string[] {
  const touched = model.touches(event);
  if (!isSelection(touched)) return idsIn(touched);
  const equals = Object.entries({ ...touched.equals, programId: programOf(event) });
  return [...rows].filter((row) => equals.every(([field, value]) => row[field] === value)).map(({ id }) => id);
}

/**
 * Applies events to rows in place; events that a row has already seen are skipped.
 * @returns the first event of each stream that could not be opened, and what to change in the counters
 */
export function fold(
  model: ReadModel,
  rows: Map<string, DocumentWrite>,
  events: readonly Followable[],
): { readonly unopened: readonly Unopened[]; readonly changes: readonly CounterChange[] } {
  const isHandled = isHandledBy(model);
  const unopened: Unopened[] = [];
  const changes: CounterChange[] = [];
  for (const event of events) {
    const key = unreadableKey(event.stream);
    const mark = rows.get(keyText(key));
    if (mark && (isOpened(event) ? mark.position <= event.position : mark.position < event.position)) continue;
    if (isOpened(event)) {
      if (isHandled(event)) changes.push(...apply(model, rows, event));
      continue;
    }
    if (!mark) rows.set(keyText(key), { document: { ...key, unreadable: event.stream }, position: event.position });
    unopened.push(event);
  }
  return { unopened, changes };
}

function apply(model: ReadModel, rows: Map<string, DocumentWrite>, event: Recorded<Message>): CounterChange[] {
  const { position } = event;
  const replaced: { readonly row: Document | null; readonly next: Document | null }[] = [];
  for (const id of touchedIds(model, event, documentsIn(rows))) {
    const key = { programId: programOf(event), id };
    const stored = rows.get(keyText(key));
    if (stored && stored.position >= position) continue;
    const row = documentOf(stored);
    const next = model.evolve(row, event, id);
    if (next === row) continue;
    rows.set(keyText(key), next === null ? { deleted: key, position } : { document: next, position });
    replaced.push({ row, next });
  }
  const amounts = (row: Document | null): Amounts => (row && model.amounts?.(row)) ?? {};
  return counterChanges(
    programOf(event),
    position,
    replaced.map(({ row }) => amounts(row)),
    replaced.map(({ next }) => amounts(next)),
  );
}

function* documentsIn(rows: ReadonlyMap<string, DocumentWrite>): Iterable<Document> {
  for (const row of rows.values()) if (!isDeleted(row)) yield row.document;
}
