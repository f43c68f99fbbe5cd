import { randomUUID } from 'node:crypto';
import {
  CheckpointMoved,
  checkNames,
  fieldValue,
  indexedFields,
  indexFields,
  isDeleted,
  pageList,
  ReadModelStore,
  toPage,
  type Document,
  type DocumentWrite,
  type ModelDefinition,
  type Page,
  type PageRequest,
  type StoredDocument,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Collection, Db, IndexDescription } from 'mongodb';
import { moveMarker, type MongoCheckpoints } from './checkpoints.js';
import { isDuplicate, type Connection } from './connection.js';
import { writeGuarded } from './guarded-writes.js';
import {
  copyName,
  IS_DOCUMENT,
  liveName,
  MARKER_ID,
  markersIn,
  NotPrepared,
  path,
  storedIn,
  type Stored,
} from './model-collections.js';
import { pageFilter } from './page-filter.js';

const SCAN = 500;
/** Sorts after every character that can continue a term. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Read models, each in its own collection; a rebuild fills another one beside it and takes its name. */
export class MongoReadModelStore extends ReadModelStore {
  constructor(
    private readonly connection: Connection,
    private readonly checkpoints: MongoCheckpoints,
  ) {
    super();
  }

  /**
   * Adds missing indexes. Drops nothing, neither documents nor indexes, so two versions can run side by side; a rebuild
   * keeps only the indexes of its own version.
   */
  async prepare(model: ModelDefinition): Promise<void> {
    checkNames(model);
    await this.connection.reach(async (db) => {
      await makeMarker(db, liveName(model.name));
      await makeIndexes(db, liveName(model.name), model);
    });
  }

  /**
   * Documents before the checkpoint: after a kill in between, the same events are handled again and the guards make
   * that harmless. After a swap in between, the checkpoint belongs to another copy and is refused, and the worker
   * starts again from that copy's checkpoint.
   */
  async write(
    model: ModelDefinition,
    writes: readonly DocumentWrite[],
    { from, to }: { readonly from: Position | null; readonly to: Position },
  ): Promise<void> {
    checkFields(model, writes);
    await this.connection.reach(async (db) => {
      const marker = await markersIn(db, liveName(model.name)).findOne({ _id: MARKER_ID });
      if (!marker) throw new NotPrepared(model);
      if (marker.checkpoint !== from) throw new CheckpointMoved(model.name);
      await writeGuarded(storedIn(db, liveName(model.name)), writes);
      await moveMarker(db, model.name, marker, { from, to });
    });
    this.checkpoints.moved(model.name, to);
  }

  async get<Row extends Document>(model: ModelDefinition<Row>, ids: readonly string[]): Promise<readonly Row[]> {
    return toDocuments(
      await this.#inLive(model, (live) => live.find({ _id: { $in: [...ids] }, ...IS_DOCUMENT }).toArray()),
    );
  }

  async versions<Row extends Document>(
    model: ModelDefinition<Row>,
    ids: readonly string[],
  ): Promise<readonly DocumentWrite<Row>[]> {
    const found = await this.#inLive(model, (live) => live.find({ _id: { $in: [...ids] } }).toArray());
    return found.map(({ _id, document, position }) =>
      document === undefined ? { deleted: _id, position } : { document, position },
    );
  }

  async page<Row extends Document>(model: ModelDefinition<Row>, request: PageRequest): Promise<Page<Row>> {
    const list = pageList(model, request);
    const direction = request.order === 'asc' ? 1 : -1;
    const sort = Object.fromEntries(list.sortedBy.map((field) => [path(field), direction] as const));
    const found = await this.#inLive(model, (live) =>
      live
        .find(pageFilter(list, request.order))
        .sort(sort)
        .limit(request.limit + 1)
        .toArray(),
    );
    return toPage(list, toDocuments(found), request.limit);
  }

  async search<Row extends Document>(
    model: ModelDefinition<Row>,
    prefix: string,
    limit: number,
  ): Promise<readonly Row[]> {
    if (model.searchTerms === undefined || limit === 0) return [];
    // A range, since a pattern would have to be escaped and cannot contain every character.
    const terms = { [path(model.searchTerms)]: { $elemMatch: { $gte: prefix, $lt: prefix + LAST_CHARACTER } } };
    return toDocuments(await this.#inLive(model, (live) => live.find(terms).limit(limit).toArray()));
  }

  async beginRebuild(model: ModelDefinition): Promise<void> {
    await this.connection.reach(async (db) => {
      await dropCopy(db, model);
      await makeMarker(db, copyName(model.name));
    });
  }

  async fillRebuild(model: ModelDefinition, writes: readonly DocumentWrite[]): Promise<void> {
    checkFields(model, writes);
    await this.connection.reach((db) => writeGuarded(storedIn(db, copyName(model.name)), writes));
  }

  /**
   * The rename is atomic: the copy has its own checkpoint. A worker that is writing meanwhile finds another copy when
   * it moves the checkpoint, and reads again from there; what it wrote to either collection is correct. If the response
   * was lost, the rename was done if the copy no longer exists.
   */
  async swapRebuild(model: ModelDefinition, checkpoint: Position | null): Promise<void> {
    await this.connection.reach(async (db) => {
      const copy = copyName(model.name);
      const { matchedCount } = await markersIn(db, copy).updateOne({ _id: MARKER_ID }, { $set: { checkpoint } });
      if (matchedCount === 0) throw new Error(`No rebuild of ${model.name} was begun`);
      await makeIndexes(db, copy, model);
      await storedIn(db, copy).rename(liveName(model.name), { dropTarget: true });
    });
    if (checkpoint !== null) this.checkpoints.moved(model.name, checkpoint);
  }

  async dropRebuild(model: ModelDefinition): Promise<void> {
    await this.connection.reach((db) => dropCopy(db, model));
  }

  async *scan(model: ModelDefinition, which: 'live' | 'rebuild'): AsyncIterable<StoredDocument> {
    const name = which === 'live' ? liveName(model.name) : copyName(model.name);
    let beyond: { $gte: string } | { $gt: string } = { $gte: '' };
    for (;;) {
      const found = await this.connection.reach((db) =>
        storedIn(db, name)
          .find({ _id: beyond, ...IS_DOCUMENT })
          .sort({ _id: 1 })
          .limit(SCAN)
          .toArray(),
      );
      for (const { document, position } of found) if (document) yield { document, position };
      const last = found.at(-1);
      if (!last || found.length < SCAN) return;
      beyond = { $gt: last._id };
    }
  }

  #inLive<Row extends Document>(
    model: ModelDefinition<Row>,
    ask: (live: Collection<Stored<Row>>) => Promise<readonly Stored<Row>[]>,
  ): Promise<readonly Stored<Row>[]> {
    return this.connection.reach((db) => ask(storedIn<Row>(db, liveName(model.name))));
  }
}

const toDocuments = <Row extends Document>(found: readonly Stored<Row>[]): Row[] =>
  found.flatMap(({ document }) => document ?? []);

/** One of several concurrent processes creates it. */
async function makeMarker(db: Db, collection: string): Promise<void> {
  const made = { copy: randomUUID(), checkpoint: null };
  try {
    await markersIn(db, collection).updateOne({ _id: MARKER_ID }, { $setOnInsert: made }, { upsert: true });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}

/** Creates it first: not every server allows dropping a missing collection. */
async function dropCopy(db: Db, { name }: ModelDefinition): Promise<void> {
  await makeMarker(db, copyName(name));
  await storedIn(db, copyName(name)).drop();
}

async function makeIndexes(db: Db, collection: string, model: ModelDefinition): Promise<void> {
  const indexes: IndexDescription[] = Object.keys(model.indexes).map((index) => ({
    key: new Map(indexFields(model, index).map((field) => [path(field), 1])),
  }));
  if (model.searchTerms !== undefined) indexes.push({ key: new Map([[path(model.searchTerms), 1]]) });
  if (indexes.length > 0) await storedIn(db, collection).createIndexes(indexes);
}

/** A list in an indexed field would be one entry for each of its items. @throws TypeError */
function checkFields(model: ModelDefinition, writes: readonly DocumentWrite[]): void {
  const fields = indexedFields(model);
  for (const write of writes)
    if (!isDeleted(write)) for (const field of fields) fieldValue(write.document[field], field);
}
