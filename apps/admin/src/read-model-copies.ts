import { isDeepStrictEqual } from 'node:util';
import { eventTypes } from '@app/domain';
import { EventCodec, Journal, rebuild, runProjection, type DocumentWrite, type Engines, type Followed, type Projection } from '@app/eventing';

/** `firstDifference` is the id of the first document that is not the same in both, or only in one. */
export type Comparison = { readonly rows: number; readonly firstDifference: string | null };

const LONGEST_CATCH_UP_MS = 10 * 60_000;

export function followed({ eventStore, readModels, checkpoints, keyring }: Engines): Followed {
  return { journal: new Journal(eventStore, new EventCodec(eventTypes, keyring)), readModels, checkpoints };
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

/** Compares the live model, brought to the record's end first, with one that is built from nothing. */
export async function compareModel(stores: Followed, projection: Projection): Promise<Comparison> {
  const { readModels } = stores;
  await catchUp(stores, projection);
  await rebuild(stores, projection, new AbortController().signal);
  try {
    return await difference(readModels.scan(projection, 'live'), readModels.scan(projection, 'rebuild'));
  } finally {
    await readModels.dropRebuild(projection);
  }
}

/** A process that was stopped may have left its last events to the next one. */
async function catchUp(stores: Followed, projection: Projection): Promise<void> {
  const head = await stores.journal.head();
  if (head === null) return stores.readModels.prepare(projection);
  const stop = new AbortController();
  const running = runProjection(stores, projection, stop.signal);
  try {
    const reached = await Promise.race([stores.checkpoints.waitFor(projection.name, head, LONGEST_CATCH_UP_MS), running.then(() => false)]);
    if (!reached) throw new Error(`${projection.name} did not reach the end of the record`);
  } finally {
    stop.abort();
  }
  await running;
}

/** Both in order of id. */
async function difference(live: AsyncIterable<DocumentWrite>, copy: AsyncIterable<DocumentWrite>): Promise<Comparison> {
  const others = copy[Symbol.asyncIterator]();
  let rows = 0;
  for await (const row of live) {
    rows += 1;
    const { value } = (await others.next()) as { value: DocumentWrite | undefined };
    if (!isDeepStrictEqual(row, value)) return { rows, firstDifference: firstOf(row, value) };
  }
  const { value } = (await others.next()) as { value: DocumentWrite | undefined };
  return { rows, firstDifference: value?.document.id ?? null };
}

const firstOf = ({ document: { id } }: DocumentWrite, other: DocumentWrite | undefined): string => (other && other.document.id < id ? other.document.id : id);
