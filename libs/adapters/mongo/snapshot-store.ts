import { SnapshotStore } from '@app/eventing';
import type { Collection } from 'mongodb';
import type { Connection } from './connection.js';

type StoredSnapshot = { readonly _id: string; readonly content: string };

/** Snapshots in the collection `snapshots`. */
export class MongoSnapshotStore extends SnapshotStore {
  constructor(private readonly connection: Connection) {
    super();
  }

  async get(stream: string): Promise<string | null> {
    return (await this.#reach((collection) => collection.findOne({ _id: stream })))?.content ?? null;
  }

  async put(stream: string, content: string): Promise<void> {
    await this.#reach((collection) => collection.replaceOne({ _id: stream }, { content }, { upsert: true }));
  }

  #reach<Answer>(ask: (collection: Collection<StoredSnapshot>) => Promise<Answer>): Promise<Answer> {
    return this.connection.reach((db) => ask(db.collection<StoredSnapshot>('snapshots')));
  }
}
