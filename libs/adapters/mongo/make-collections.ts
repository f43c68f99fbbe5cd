import { randomUUID } from 'node:crypto';
import { indexFields, type ModelDefinition, type Partitions } from '@app/eventing';
import type { Db, IndexDescription } from 'mongodb';
import { isDuplicate } from './connection.js';
import { copyName, markerKey, MARKERS, markersIn, path, storedIn } from './model-collections.js';

/** Creates missing markers. One of several concurrent processes creates each. */
export async function makeMarkers(db: Db, collection: string, partitions: Partitions): Promise<void> {
  const markers = markersIn(db, collection);
  const made = new Set((await markers.find(MARKERS).toArray()).map(({ _id }) => _id));
  const missing = partitions.all.map((part) => markerKey(part.nameOf(''))).filter(({ _id }) => !made.has(_id));
  if (missing.length === 0) return;
  try {
    await markers.bulkWrite(
      missing.map((key) => ({
        updateOne: { filter: key, update: { $setOnInsert: { copy: randomUUID(), checkpoint: null } }, upsert: true },
      })),
      { ordered: false },
    );
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}

/** Creates it first: not every server allows dropping a missing collection. */
export async function dropCopy(db: Db, { name }: ModelDefinition, partitions: Partitions): Promise<void> {
  await makeMarkers(db, copyName(name), partitions);
  await storedIn(db, copyName(name)).drop();
}

export async function makeIndexes(db: Db, collection: string, model: ModelDefinition): Promise<void> {
  const indexes: IndexDescription[] = Object.keys(model.indexes).map((index) => ({
    key: new Map(indexFields(model, index).map((field) => [path(field), 1])),
  }));
  if (model.searchTerms !== undefined)
    indexes.push({
      key: new Map([
        ['program', 1],
        [path(model.searchTerms), 1],
      ]),
    });
  if (indexes.length > 0) await storedIn(db, collection).createIndexes(indexes);
}
