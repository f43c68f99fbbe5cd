import { CheckpointMoved, Checkpoints } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Db } from 'mongodb';
import { isDuplicate, type Connection } from './connection.js';
import { liveName, MARKER_ID, markersIn, type Marker } from './model-collections.js';
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

  async set(name: string, from: Position | null, to: Position): Promise<void> {
    await this.connection.reach(async (db) => {
      const marker = await markersIn(db, liveName(name)).findOne({ _id: MARKER_ID });
      if (marker) await moveMarker(db, name, marker, from, to);
      else await moveFollower(db, name, from, to);
    });
    this.moved(name, to);
  }

  /** Looks at the server while somebody waits, so it also sees what other processes move. */
  async waitFor(name: string, position: Position, timeoutMs: number): Promise<boolean> {
    return this.#waiting.until(name, position, timeoutMs);
  }

  /** Wakes those of this process who wait for this. */
  moved(name: string, to: Position): void {
    this.#waiting.moved(name, to);
  }

  /** Ends the waiting. */
  async close(): Promise<void> {
    await this.#waiting.close();
  }

  /** A name is of a follower or of a model; only the server knows. */
  async #read(names: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    return this.connection.reach(async (db) => {
      const [followers, markers] = await Promise.all([
        followersIn(db).find({ _id: { $in: [...names] } }).toArray(),
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

/** Moves a model's checkpoint, unless it is not at `from` or the model was swapped meanwhile. @throws CheckpointMoved */
export async function moveMarker(db: Db, model: string, { copy }: Marker, from: Position | null, to: Position): Promise<void> {
  const marker = markersIn(db, liveName(model));
  const { matchedCount } = await marker.updateOne({ _id: MARKER_ID, copy, checkpoint: from }, { $set: { checkpoint: to } });
  if (matchedCount === 0) throw new CheckpointMoved(model);
}

async function moveFollower(db: Db, name: string, from: Position | null, to: Position): Promise<void> {
  if (from !== null) {
    const { matchedCount } = await followersIn(db).updateOne({ _id: name, checkpoint: from }, { $set: { checkpoint: to } });
    if (matchedCount === 0) throw new CheckpointMoved(name);
    return;
  }
  try {
    await followersIn(db).insertOne({ _id: name, checkpoint: to });
  } catch (error) {
    throw isDuplicate(error) ? new CheckpointMoved(name) : error;
  }
}
