import {
  CheckpointMoved,
  Checkpoints,
  PassedCheckpoints,
  subjectOf,
  type Move,
  type StoredCheckpoint,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Db } from 'mongodb';
import { isDuplicate, type Connection } from './connection.js';
import { checkpointName, liveName, markerKey, MARKERS, markersIn, modelIn, type Marker } from './model-collections.js';
import { Waiting } from './waiting.js';

type FollowerCheckpoint = { readonly _id: string; readonly checkpoint: Position };

/** Waiters in other processes wait so much longer. */
const PASSED_STORED_AFTER_MS = 20;

const followersIn = (db: Db) => db.collection<FollowerCheckpoint>('checkpoints');

const asStored = ({ _id, checkpoint }: FollowerCheckpoint) => ({ name: _id, of: 'follower', checkpoint }) as const;

/** Checkpoints of followers in one collection, those of read models with their documents. */
export class MongoCheckpoints extends Checkpoints {
  readonly #waiting = new Waiting((names) => this.#read(names));
  readonly #passed = new PassedCheckpoints((moves) => this.#store(moves), PASSED_STORED_AFTER_MS);

  constructor(private readonly connection: Connection) {
    super();
  }

  async get(name: string): Promise<Position | null> {
    return (await this.#passed.get(name)) ?? (await this.#read([name])).get(name) ?? null;
  }

  async reached(name: string): Promise<Position | null> {
    return (await this.#read([name])).get(name) ?? null;
  }

  pass(name: string, from: Position | null, to: Position, onLost?: () => void): void {
    this.#passed.pass(name, from, to, onLost);
    this.moved(name, to);
  }

  /** See {@link PassedCheckpoints.settle}. */
  settle(name: string, from: Position | null): Promise<Position | null> {
    return this.#passed.settle(name, from);
  }

  async all(prefix?: string): Promise<readonly StoredCheckpoint[]> {
    return this.connection.reach(async (db) => {
      if (prefix !== undefined) {
        // In one batch: leases must not change between the batches.
        const named = followersIn(db).find(
          { _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } },
          { batchSize: 10_000 },
        );
        return (await named.toArray()).map(asStored);
      }
      await this.#passed.flush();
      const [followers, collections] = await Promise.all([
        followersIn(db).find().toArray(),
        db.listCollections({}, { nameOnly: true }).toArray(),
      ]);
      const ofModels = await Promise.all(
        collections
          .flatMap(({ name }) => modelIn(name) ?? [])
          .map(async ({ collection, ...model }) => ({
            ...model,
            markers: await markersIn(db, collection).find(MARKERS).toArray(),
          })),
      );
      return [
        ...followers.map(asStored),
        ...ofModels.flatMap(({ name, of, markers }) =>
          markers.flatMap(({ checkpoint, ...marker }) =>
            checkpoint === null ? [] : { name: checkpointName(name, marker), of, checkpoint },
          ),
        ),
      ];
    });
  }

  async set(name: string, given: Position | null, to: Position | null): Promise<void> {
    const from = await this.#passed.settle(name, given);
    await this.connection.reach(async (db) => {
      const marker = await markerOf(db, name);
      if (marker) await moveMarker(db, marker, { name, from, to });
      else await moveFollower(db, name, from, to);
    });
    if (to !== null) this.moved(name, to);
  }

  /** Polls the server while somebody waits, so it also sees checkpoints moved by other processes. */
  async waitFor(name: string, position: Position, timeoutMs: number): Promise<boolean> {
    return this.#waiting.until(name, position, timeoutMs);
  }

  /** Wakes this process's waiters for this checkpoint. */
  moved(name: string, to: Position): void {
    this.#waiting.moved(name, to);
  }

  /** A rebuilt model has replaced these checkpoints. */
  replaced(names: readonly string[], to: Position | null): void {
    this.#passed.forget(names);
    if (to !== null) for (const name of names) this.moved(name, to);
  }

  /** Stores what is not stored yet, and ends all waits. */
  async close(): Promise<void> {
    await this.#passed.close();
    await this.#waiting.close();
  }

  /** Those of one collection in one request. */
  async #store(moves: readonly Move[]): Promise<readonly string[]> {
    return this.connection.reach(async (db) => {
      const bySubject = Map.groupBy(moves, ({ name }) => subjectOf(name));
      const lost = await Promise.all([...bySubject].map(([subject, some]) => moveTogether(db, subject, some)));
      return lost.flat();
    });
  }

  /** A name belongs to a follower or a model; only the server knows which. */
  async #read(names: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    return this.connection.reach(async (db) => {
      const [followers, markers] = await Promise.all([
        followersIn(db)
          .find({ _id: { $in: [...names] } })
          .toArray(),
        Promise.all(names.map((name) => markerOf(db, name))),
      ]);
      const found = new Map(followers.map(({ _id, checkpoint }) => [_id, checkpoint]));
      names.forEach((name, index) => {
        const checkpoint = markers[index]?.checkpoint;
        if (checkpoint) found.set(name, checkpoint);
      });
      return found;
    });
  }
}

export const markerOf = (db: Db, checkpoint: string): Promise<Marker | null> =>
  markersIn(db, liveName(subjectOf(checkpoint))).findOne(markerKey(checkpoint));

/**
 * Moves a model's checkpoint, unless it is not at `from` or the model was swapped meanwhile. @throws CheckpointMoved
 */
export async function moveMarker(
  db: Db,
  { copy }: Marker,
  { name, from, to }: { readonly name: string; readonly from: Position | null; readonly to: Position | null },
): Promise<void> {
  const { matchedCount } = await markersIn(db, liveName(subjectOf(name))).updateOne(
    { ...markerKey(name), copy, checkpoint: from },
    { $set: { checkpoint: to } },
  );
  if (matchedCount === 0) throw new CheckpointMoved(name);
}

/** Nothing was written before these moves, so the copy of a model does not matter. @returns those that were elsewhere */
async function moveTogether(db: Db, subject: string, moves: readonly Move[]): Promise<readonly string[]> {
  const markers = await markersIn(db, liveName(subject)).find(MARKERS).toArray();
  if (markers.length === 0) {
    const moved = await Promise.all(
      moves.map(async ({ name, from, to }) => [name, await isDone(moveFollower(db, name, from, to))] as const),
    );
    return moved.flatMap(([name, isMoved]) => (isMoved ? [] : name));
  }
  await markersIn(db, liveName(subject)).bulkWrite(
    moves.map(({ name, from, to }) => ({
      updateOne: { filter: { ...markerKey(name), checkpoint: from }, update: { $set: { checkpoint: to } } },
    })),
    { ordered: false },
  );
  const checkpointOf = new Map(
    markers.map(({ checkpoint, ...marker }) => [checkpointName(subject, marker), checkpoint]),
  );
  return moves.flatMap(({ name, from }) => (checkpointOf.get(name) === from ? [] : name));
}

async function isDone(move: Promise<void>): Promise<boolean> {
  try {
    await move;
    return true;
  } catch (error) {
    if (error instanceof CheckpointMoved) return false;
    throw error;
  }
}

async function moveFollower(db: Db, name: string, from: Position | null, to: Position | null): Promise<void> {
  if (to === null) {
    const { deletedCount } =
      from === null
        ? { deletedCount: 1 - (await followersIn(db).countDocuments({ _id: name })) }
        : await followersIn(db).deleteOne({ _id: name, checkpoint: from });
    if (deletedCount === 0) throw new CheckpointMoved(name);
    return;
  }
  if (from !== null) {
    const { matchedCount } = await followersIn(db).updateOne(
      { _id: name, checkpoint: from },
      { $set: { checkpoint: to } },
    );
    if (matchedCount === 0) throw new CheckpointMoved(name);
    return;
  }
  try {
    await followersIn(db).insertOne({ _id: name, checkpoint: to });
  } catch (error) {
    throw isDuplicate(error) ? new CheckpointMoved(name) : error;
  }
}
