import { isDeepStrictEqual } from 'node:util';
import { eventTypes } from '@app/domain';
import { EventCodec, Journal, projectorOf, rebuild, runProjection, type DocumentWrite, type Engines, type Followed, type Leadership, type Projection } from '@app/eventing';
import type { Position } from '@app/kernel';

/** `firstDifference` is the id of the first document that is not the same in both, or only in one. */
export type Comparison = { readonly rows: number; readonly firstDifference: string | null };

export type Stores = Followed & { readonly leadership: Leadership };

const LONGEST_CATCH_UP_MS = 10 * 60_000;

export function followed({ eventStore, readModels, checkpoints, keyring, leadership }: Engines): Stores {
  return { journal: new Journal(eventStore, new EventCodec(eventTypes, keyring)), readModels, checkpoints, leadership };
}

/** Builds the model again beside the live one and puts it in its place. @returns its number of rows */
export async function rebuildModel(stores: Followed, projection: Projection): Promise<number> {
  const position = await rebuild(stores, projection, new AbortController().signal);
  if (position === null) await stores.readModels.dropRebuild(projection);
  else await stores.readModels.swapRebuild(projection, position);
  let rows = 0;
  for await (const _ of stores.readModels.scan(projection, 'live')) rows += 1;
  return rows;
}

/** Compares the live model, brought to the record's end first, with one that is built from nothing. What the live one has learnt since is left out. */
export async function compareModel(stores: Stores, projection: Projection): Promise<Comparison> {
  const { readModels } = stores;
  await catchUp(stores, projection);
  const head = await rebuild(stores, projection, new AbortController().signal);
  try {
    return await difference(readModels.scan(projection, 'live'), readModels.scan(projection, 'rebuild'), head ?? '');
  } finally {
    await readModels.dropRebuild(projection);
  }
}

/** By the projector that runs, or by ourselves where none does. */
async function catchUp(stores: Stores, projection: Projection): Promise<void> {
  const head = await stores.journal.head();
  if (head === null) return stores.readModels.prepare(projection);
  const reached = await whileFollowed(stores, projection, () => stores.checkpoints.waitFor(projection.name, head, LONGEST_CATCH_UP_MS));
  if (!reached) throw new Error(`${projection.name} did not reach the end of the record`);
}

/** Works while the read model follows the record: by the projector that runs, or by ourselves where none does. */
export async function whileFollowed<Result>(stores: Stores, projection: Projection, work: () => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const running = stores.leadership.lead(projectorOf(projection), (signal) => runProjection(stores, projection, signal), stop.signal);
  try {
    return await Promise.race([work(), running.then(() => Promise.reject(new Error(`${projection.name} is not followed any more`)))]);
  } finally {
    stop.abort();
    await running;
  }
}

/** Both in order of id; live rows behind `head` are not of the copy's time. */
async function difference(live: AsyncIterable<DocumentWrite>, copy: AsyncIterable<DocumentWrite>, head: Position): Promise<Comparison> {
  const others = copy[Symbol.asyncIterator]();
  const next = async (): Promise<DocumentWrite | undefined> => ((await others.next()) as { value: DocumentWrite | undefined }).value;
  let rows = 0;
  let other = await next();
  for await (const row of live) {
    rows += 1;
    const isSameRow = other?.document.id === row.document.id;
    if (row.position <= head && !isDeepStrictEqual(row, other)) return { rows, firstDifference: firstOf(row, other) };
    if (isSameRow) other = await next();
  }
  return { rows, firstDifference: other?.document.id ?? null };
}

const firstOf = ({ document: { id } }: DocumentWrite, other: DocumentWrite | undefined): string => (other && other.document.id < id ? other.document.id : id);
