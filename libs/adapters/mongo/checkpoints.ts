import { CheckpointMoved, Checkpoints, type StoredCheckpoint } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Db } from 'mongodb';
import { isDuplicate, type Connection } from './connection.js';
import { liveName, MARKER_ID, markersIn, modelIn, type Marker } from './model-collections.js';
import { Waiting } from './waiting.js';

type FollowerCheckpoint = { readonly _id: string; readonly checkpoint: Position };

const followersIn = (db: Db) => db.collection<FollowerCheckpoint>('checkpoints');

/** Checkpoints of followers in one collection, those of read models with their documents. */
export class MongoCheckpoints extends Checkpoints {
  readonly #waiting = new Waiting((names) => this.#read(names));

  constructor(private readonly connection: Connection) {
    super();
  }

  async get(name: string): Promise<Position | null> {
    return (await this.#read([name])).get(name) ?? null;
  }

  async all(): Promise<readonly StoredCheckpoint[]> {
    return this.connection.reach(async (db) => {
      const [followers, collections] = await Promise.all([
        followersIn(db).find().toArray(),
        db.listCollections({}, { nameOnly: true }).toArray(),
      ]);
      const ofModels = await Promise.all(
        collections
          .flatMap(({ name }) => modelIn(name) ?? [])
          .map(async ({ collection, ...model }) => ({
            ...model,
            marker: await markersIn(db, collection).findOne({ _id: MARKER_ID }),
          })),
      );
      return [
        ...followers.map(({ _id, checkpoint }) => ({ name: _id, of: 'follower', checkpoint }) as const),
        ...ofModels.flatMap(({ name, of, marker }) =>
          marker?.checkpoint ? [{ name, of, checkpoint: marker.checkpoint }] : [],
        ),
      ];
    });
  }

  async set(name: string, from: Position | null, to: Position | null): Promise<void> {
    await this.connection.reach(async (db) => {
      const marker = await markersIn(db, liveName(name)).findOne({ _id: MARKER_ID });
      if (marker) await moveMarker(db, name, marker, { from, to });
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

  /** Ends all waits. */
  async close(): Promise<void> {
    await this.#waiting.close();
  }

  /** A name belongs to a follower or a model; only the server knows which. */
  async #read(names: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    return this.connection.reach(async (db) => {
      const [followers, markers] = await Promise.all([
        followersIn(db)
          .find({ _id: { $in: [...names] } })
          .toArray(),
        Promise.all(names.map((name) => markersIn(db, liveName(name)).findOne({ _id: MARKER_ID }))),
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

/**
 * Moves a model's checkpoint, unless it is not at `from` or the model was swapped meanwhile. @throws CheckpointMoved
 */
export async function moveMarker(
  db: Db,
  model: string,
  { copy }: Marker,
  { from, to }: { readonly from: Position | null; readonly to: Position | null },
): Promise<void> {
  const marker = markersIn(db, liveName(model));
  const { matchedCount } = await marker.updateOne(
    { _id: MARKER_ID, copy, checkpoint: from },
    { $set: { checkpoint: to } },
  );
  if (matchedCount === 0) throw new CheckpointMoved(model);
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
