import { randomBytes } from 'node:crypto';
import { KeyDestroyed, KeyDiffers, Keyring } from '@app/eventing';
import { LRUCache } from 'lru-cache';
import { Binary, type Collection } from 'mongodb';
import type { Connection } from './connection.js';

/** `null` where the key was destroyed. */
type StoredKey = { readonly _id: string; readonly key: Binary | null };

const KEY_BYTES = 32;
const KEYS_IN_MEMORY = 10_000;
const SCAN = 500;
/** Another process forgets a destroyed key after this. */
const KEPT_MS = 1_000;

/**
 * Keys in the collection `keys`. A destroyed one is gone from the collection at once and from every process a second
 * later; from the oplog, journals and backups of the server only when these have rolled over.
 */
export class MongoKeyring extends Keyring {
  readonly #recent = new LRUCache<string, Uint8Array>({ max: KEYS_IN_MEMORY, ttl: KEPT_MS });

  constructor(private readonly connection: Connection) {
    super();
  }

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const keys = new Map<string, Uint8Array>();
    for (const subject of subjects) {
      const key = this.#recent.get(subject);
      if (key) keys.set(subject, key);
    }
    const unknown = subjects.filter((subject) => !keys.has(subject));
    if (unknown.length === 0) return keys;
    const start = performance.now();
    const stored = await this.#reach((collection) => collection.find({ _id: { $in: unknown } }).toArray());
    for (const { _id, key } of stored) if (key) keys.set(_id, this.#keep(_id, key, start));
    return keys;
  }

  async ensure(subject: string): Promise<Uint8Array> {
    const recent = this.#recent.get(subject);
    if (recent) return recent;
    const start = performance.now();
    const stored = await this.#reach(
      // Almost always the key is there, and what a majority has is durable.
      async (collection) => (await collection.findOne({ _id: subject })) ?? (await findOrMake(collection, subject)),
    );
    if (!stored?.key) throw new KeyDestroyed(subject);
    return this.#keep(subject, stored.key, start);
  }

  async destroy(subject: string): Promise<void> {
    await this.#reach((collection) => collection.updateOne({ _id: subject }, { $set: { key: null } }, { upsert: true }));
    this.#recent.delete(subject);
  }

  async *all(): AsyncIterable<readonly [string, Uint8Array | null]> {
    for (let last = ''; ; ) {
      const stored = await this.#reach((collection) => collection.find({ _id: { $gt: last } }).sort({ _id: 1 }).limit(SCAN).toArray());
      for (const { _id, key } of stored) yield [_id, key && Uint8Array.from(key.buffer)];
      const end = stored.at(-1);
      if (!end) return;
      last = end._id;
    }
  }

  async adopt(subject: string, key: Uint8Array): Promise<void> {
    const stored = await this.#reach((collection) => findOrMake(collection, subject, key));
    if (!stored?.key || !Buffer.from(stored.key.buffer).equals(key)) throw new KeyDiffers(subject);
  }

  /** For a second from when it was asked for, however late the answer came. */
  #keep(subject: string, { buffer }: Binary, start: number): Uint8Array {
    const key = Uint8Array.from(buffer);
    this.#recent.set(subject, key, { start });
    return key;
  }

  #reach<Answer>(ask: (collection: Collection<StoredKey>) => Promise<Answer>): Promise<Answer> {
    return this.connection.reach((db) => ask(db.collection<StoredKey>('keys')));
  }
}

/** In one step, so that of many at once one makes it and the others get the same. */
const findOrMake = (collection: Collection<StoredKey>, subject: string, made: Uint8Array = randomBytes(KEY_BYTES)): Promise<StoredKey | null> =>
  collection.findOneAndUpdate(
    { _id: subject },
    { $setOnInsert: { key: new Binary(made) } },
    { upsert: true, returnDocument: 'after' },
  );
