import {
  CheckpointMoved,
  checkNames,
  fieldValue,
  indexedFields,
  isCounter,
  isDeleted,
  keyOf,
  listValues,
  pageList,
  ReadModelStore,
  toPage,
  type CheckpointMove,
  type Document,
  type DocumentKey,
  type DocumentWrite,
  type ModelDefinition,
  type Page,
  type PageRequest,
  type Partitions,
  type StoredDocument,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Collection } from 'mongodb';
import { markerOf, moveMarker, type MongoCheckpoints } from './checkpoints.js';
import type { Connection } from './connection.js';
import { writeGuarded } from './guarded-writes.js';
import {
  copyName,
  IS_DOCUMENT,
  liveName,
  MARKERS,
  markersIn,
  NotPrepared,
  path,
  storedIn,
  storedKey,
  type Stored,
} from './model-collections.js';
import { dropCopy, makeIndexes, makeMarkers } from './make-collections.js';
import { pageFilter } from './page-filter.js';

const SCAN = 500;
/** Sorts after every character that can continue a term. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Read models, each in its own collection; a rebuild fills another one beside it and takes its name. */
export class MongoReadModelStore extends ReadModelStore {
  constructor(
    private readonly connection: Connection,
    private readonly checkpoints: MongoCheckpoints,
    private readonly partitions: Partitions,
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
      await makeMarkers(db, liveName(model.name), this.partitions);
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
    { name = model.name, from, to }: CheckpointMove,
  ): Promise<void> {
    checkFields(model, writes);
    const stored = await this.checkpoints.settle(name, from);
    await this.connection.reach(async (db) => {
      const marker = await markerOf(db, name);
      if (!marker) throw new NotPrepared(model);
      if (marker.checkpoint !== stored) throw new CheckpointMoved(name);
      const [counters = [], others = []] = [true, false].map((which) =>
        writes.filter((write) => isCounter(keyOf(write)) === which),
      );
      await writeGuarded(storedIn(db, liveName(model.name)), counters);
      await writeGuarded(storedIn(db, liveName(model.name)), others);
      await moveMarker(db, marker, { name, from: stored, to });
    });
    this.checkpoints.moved(name, to);
  }

  async get<Row extends Document>(
    model: ModelDefinition<Row>,
    programId: string,
    ids: readonly string[],
  ): Promise<readonly Row[]> {
    const keys = ids.map((id) => storedKey({ programId, id })._id);
    return toDocuments(
      await this.#inLive(model, (live) =>
        live.find({ program: programId, _id: { $in: keys }, ...IS_DOCUMENT }).toArray(),
      ),
    );
  }

  async versions<Row extends Document>(
    model: ModelDefinition<Row>,
    keys: readonly DocumentKey[],
  ): Promise<readonly DocumentWrite<Row>[]> {
    const stored = keys.map(storedKey);
    const programs = [...new Set(stored.map(({ program }) => program))];
    const found = await this.#inLive(model, (live) =>
      live.find({ program: { $in: programs }, _id: { $in: stored.map(({ _id }) => _id) } }).toArray(),
    );
    return found.map(({ _id, program, document, position }) =>
      document === undefined
        ? { deleted: { programId: program, id: _id.slice(program.length + 1) }, position }
        : { document, position },
    );
  }

  async page<Row extends Document>(model: ModelDefinition<Row>, request: PageRequest): Promise<Page<Row>> {
    const list = pageList(model, request);
    const direction = list.order === 'asc' ? 1 : -1;
    const sort = Object.fromEntries(list.sortedBy.map((field) => [path(field), direction] as const));
    const found = await this.#inLive(model, (live) =>
      live
        .find({ ...(request.programId !== null && { program: request.programId }), ...pageFilter(list) })
        .sort(sort)
        .limit(request.limit + 1)
        .toArray(),
    );
    return toPage(list, toDocuments(found), request.limit);
  }

  async search<Row extends Document>(
    model: ModelDefinition<Row>,
    { programId: program, prefix }: { readonly programId: string; readonly prefix: string },
    limit: number,
  ): Promise<readonly Row[]> {
    if (model.searchTerms === undefined || limit === 0) return [];
    // A range, since a pattern would have to be escaped and cannot contain every character.
    const terms = { [path(model.searchTerms)]: { $elemMatch: { $gte: prefix, $lt: prefix + LAST_CHARACTER } } };
    return toDocuments(
      await this.#inLive(model, (live) =>
        live
          .find({ program, ...terms })
          .limit(limit)
          .toArray(),
      ),
    );
  }

  async beginRebuild(model: ModelDefinition): Promise<void> {
    await this.connection.reach(async (db) => {
      await dropCopy(db, model, this.partitions);
      await makeMarkers(db, copyName(model.name), this.partitions);
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
      const { matchedCount } = await markersIn(db, copy).updateMany(MARKERS, { $set: { checkpoint } });
      if (matchedCount === 0) throw new Error(`No rebuild of ${model.name} was begun`);
      await makeIndexes(db, copy, model);
      await storedIn(db, copy).rename(liveName(model.name), { dropTarget: true });
    });
    this.checkpoints.replaced(
      this.partitions.all.map((part) => part.nameOf(model.name)),
      checkpoint,
    );
  }

  async dropRebuild(model: ModelDefinition): Promise<void> {
    await this.connection.reach((db) => dropCopy(db, model, this.partitions));
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

/** A list in an indexed field would be one entry for each of its items: only that of the list field may. @throws TypeError */
function checkFields(model: ModelDefinition, writes: readonly DocumentWrite[]): void {
  const fields = indexedFields(model);
  for (const write of writes)
    if (!isDeleted(write)) {
      listValues(model, write.document);
      for (const field of fields) fieldValue(write.document[field], field);
    }
}
