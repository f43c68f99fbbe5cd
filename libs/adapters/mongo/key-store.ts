import { KeyStore, type KeyChange } from '@app/eventing';
import { Binary, type Collection } from 'mongodb';
import type { Connection } from './connection.js';

/** `null` for a destroyed key. */
type StoredKey = { readonly _id: string; readonly wrapped: Binary | null };

const SCAN = 500;

/**
 * Keys in the collection `keys`. A destroyed key disappears from the collection at once, but from the server's oplog,
 * journals and backups only when these expire.
 */
export class MongoKeyStore extends KeyStore {
  constructor(private readonly connection: Connection) {
    super();
  }

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | null>> {
    const stored = await this.#reach((collection) => collection.find({ _id: { $in: [...subjects] } }).toArray());
    return new Map(stored.map(({ _id, wrapped }) => [_id, bytesOf(wrapped)]));
  }

  /** In one step, so that one of several concurrent calls stores it and the others get the same key. */
  async add(subject: string, wrapped: Uint8Array): Promise<Uint8Array | null> {
    const stored = await this.#reach((collection) =>
      collection.findOneAndUpdate(
        { _id: subject },
        { $setOnInsert: { wrapped: new Binary(wrapped) } },
        { upsert: true, returnDocument: 'after' },
      ),
    );
    return bytesOf(stored?.wrapped);
  }

  async replace(changes: readonly KeyChange[]): Promise<void> {
    const operations = changes.map(({ subject, before, after }) => ({
      updateOne: {
        filter: { _id: subject, wrapped: new Binary(before) },
        update: { $set: { wrapped: new Binary(after) } },
      },
    }));
    await this.#reach((collection) => collection.bulkWrite(operations, { ordered: false }));
  }

  async destroy(subject: string): Promise<void> {
    await this.#reach((collection) =>
      collection.updateOne({ _id: subject }, { $set: { wrapped: null } }, { upsert: true }),
    );
  }

  async *all(): AsyncIterable<readonly [string, Uint8Array | null]> {
    for (let last = ''; ;) {
      const stored = await this.#reach((collection) =>
        collection
          .find({ _id: { $gt: last } })
          .sort({ _id: 1 })
          .limit(SCAN)
          .toArray(),
      );
      for (const { _id, wrapped } of stored) yield [_id, bytesOf(wrapped)];
      const end = stored.at(-1);
      if (!end) return;
      last = end._id;
    }
  }

  #reach<Answer>(ask: (collection: Collection<StoredKey>) => Promise<Answer>): Promise<Answer> {
    return this.connection.reach((db) => ask(db.collection<StoredKey>('keys')));
  }
}

const bytesOf = (wrapped: Binary | null | undefined): Uint8Array | null =>
  wrapped ? Uint8Array.from(wrapped.buffer) : null;
