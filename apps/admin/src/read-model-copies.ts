import { isDeepStrictEqual } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { Parking } from '@app/application';
import {
  Checkpoints,
  isDeleted,
  keyText,
  EventLog,
  Leadership,
  Partitions,
  Progress,
  projectorOf,
  ReadModelStore,
  rebuild,
  runProjection,
  sideBySide,
  unreadableKey,
  type DocumentKey,
  type Followed,
  type OnUnopened,
  type ReadModel,
  type StoredDocument,
} from '@app/eventing';
import type { Position } from '@app/kernel';

/** `firstDifference` is the id of the first document that differs, or that only one model has. */
export type Comparison = { readonly rows: number; readonly firstDifference: string | null };

export type Stores = Followed & {
  readonly leadership: Leadership;
  readonly parking: Parking;
  readonly partitions: Partitions;
  readonly progress: Progress;
};

const LONGEST_CATCH_UP_MS = 10 * 60_000;

export const storesOf = (app: INestApplicationContext): Stores => ({
  eventLog: app.get(EventLog),
  readModels: app.get(ReadModelStore),
  checkpoints: app.get(Checkpoints),
  leadership: app.get(Leadership),
  parking: app.get(Parking),
  partitions: app.get(Partitions),
  progress: app.get(Progress),
});

/**
 * Rebuilds the model beside the live one and replaces it. Streams that it can read again are no longer parked; those
 * that it cannot are parked. @returns its number of rows
 */
export async function rebuildModel(stores: Stores, model: ReadModel): Promise<number> {
  const name = projectorOf(model);
  const position = await rebuild(stores, model, new AbortController().signal, (event) =>
    stores.parking.note(name, event),
  );
  await stores.readModels.swapRebuild(model, position);
  await stores.parking.finish(name, async (stream) => {
    const { programId, id } = unreadableKey(stream);
    return (await stores.readModels.get(model, programId, [id])).length > 0;
  });
  let rows = 0;
  for await (const _ of stores.readModels.scan(model, 'live')) rows += 1;
  return rows;
}

/**
 * Compares the live model, after it has caught up, with one rebuilt from the beginning. Later changes of the live one
 * are ignored.
 */
export async function compareModel(stores: Stores, model: ReadModel): Promise<Comparison> {
  const { readModels } = stores;
  await catchUp(stores, model);
  const head = await rebuild(stores, model, new AbortController().signal);
  try {
    return await difference(readModels, model, head ?? '');
  } finally {
    await readModels.dropRebuild(model);
  }
}

/** By the running projector, or by this process if there is none. */
async function catchUp(stores: Stores, model: ReadModel): Promise<void> {
  const head = await stores.eventLog.head();
  if (head === null) return stores.readModels.prepare(model);
  const reached = await whileFollowed(stores, model, () => stores.progress.waitFor(model, head, LONGEST_CATCH_UP_MS));
  if (!reached) throw new Error(`${model.name} did not reach the end of the record`);
}

/** Works while a projector updates the read model: the running one, or this process if there is none. */
export async function whileFollowed<Result>(
  stores: Stores,
  model: ReadModel,
  work: () => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const name = projectorOf(model);
  const onUnopened: OnUnopened = (event) => stores.parking.note(name, event);
  const running = sideBySide(
    stop.signal,
    stores.partitions.all.map(
      (part) => (ending) =>
        stores.leadership.lead(
          part.nameOf(name),
          (signal) => runProjection(stores, model, signal, { part, onUnopened }),
          ending,
          { isStandby: true },
        ),
    ),
  );
  try {
    return await Promise.race([
      work(),
      running.then(() => Promise.reject(new Error(`No process follows ${model.name} any more`))),
    ]);
  } finally {
    stop.abort();
    await running;
  }
}

/** Both in order of their keys; ignores what the live one has written or deleted after `head`. */
async function difference(readModels: ReadModelStore, model: ReadModel, head: Position): Promise<Comparison> {
  const others = readModels.scan(model, 'rebuild')[Symbol.asyncIterator]();
  const next = async (): Promise<StoredDocument | undefined> =>
    ((await others.next()) as { value: StoredDocument | undefined }).value;
  const isDeletedSince = async (key: DocumentKey): Promise<boolean> =>
    (await readModels.versions(model, [key])).some((live) => isDeleted(live) && live.position > head);
  /** The next document that has this key or a later one, or that was not deleted since. */
  const skipDeleted = async (from: StoredDocument | undefined, key?: string): Promise<StoredDocument | undefined> => {
    let one = from;
    while (one && (key === undefined || keyText(one.document) < key) && (await isDeletedSince(one.document)))
      one = await next();
    return one;
  };
  let rows = 0;
  let other = await next();
  for await (const row of readModels.scan(model, 'live')) {
    rows += 1;
    const key = keyText(row.document);
    other = await skipDeleted(other, key);
    const isSameRow = other !== undefined && keyText(other.document) === key;
    if (row.position <= head && !isDeepStrictEqual(row, other)) return { rows, firstDifference: firstOf(row, other) };
    if (isSameRow) other = await next();
  }
  other = await skipDeleted(other);
  return { rows, firstDifference: other?.document.id ?? null };
}

const firstOf = ({ document }: StoredDocument, other: StoredDocument | undefined): string =>
  other && keyText(other.document) < keyText(document) ? other.document.id : document.id;
