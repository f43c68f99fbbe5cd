import {
  Partitions,
  WrappedKeyring,
  type Checkpoints,
  type EngineClock,
  type ExportFiles,
  type MasterKeys,
  type ReadModelStore,
  type SnapshotStore,
} from '@app/eventing';
import { MongoCheckpoints } from './checkpoints.js';
import { Connection } from './connection.js';
import { MongoExportParts } from './export-parts.js';
import { MongoKeyStore } from './key-store.js';
import { MongoReadModelStore } from './read-model-store.js';
import { MongoSnapshotStore } from './snapshot-store.js';
import { MongoClock } from './server-clock.js';

export type MongoOptions = {
  /** With the name of the database: `mongodb://host:27017/messages?replicaSet=rs0`. */
  readonly url: string;
  readonly masterKeys: MasterKeys;
  readonly partitions?: Partitions;
};

export type Mongo = {
  readonly readModels: ReadModelStore;
  readonly checkpoints: Checkpoints;
  readonly snapshots: SnapshotStore;
  readonly exportFiles: ExportFiles;
  readonly keyring: WrappedKeyring;
  readonly clocks: readonly EngineClock[];
  /** Checks once whether reading and writing are allowed. Changes nothing. @throws AccessRefused, EngineUnavailable */
  checkAccess(): Promise<void>;
  /** Ends all waits, and the connections. */
  close(): Promise<void>;
};

/** The time after which another process forgets a destroyed key. */
const KEYS_KEPT_MS = 1_000;

/**
 * Read models, checkpoints, snapshots and keys in one MongoDB database, 5.0 or later, shared by any number of processes. Needs no
 * transactions. Connects at first use, and reconnects.
 * @throws MongoParseError when the URL cannot be read
 */
export async function openMongo({ url, masterKeys, partitions = new Partitions() }: MongoOptions): Promise<Mongo> {
  const connection = new Connection(url);
  const checkpoints = new MongoCheckpoints(connection);
  const close = async () => {
    await checkpoints.close();
    await connection.close();
  };
  let closing: Promise<void> | undefined;
  return {
    readModels: new MongoReadModelStore(connection, checkpoints, partitions),
    checkpoints,
    snapshots: new MongoSnapshotStore(connection),
    exportFiles: new MongoExportParts(connection),
    keyring: new WrappedKeyring(new MongoKeyStore(connection), masterKeys, KEYS_KEPT_MS),
    clocks: [new MongoClock(connection)],
    checkAccess: () =>
      connection.reach(async (db) => {
        const nothing = { _id: 'access check' as never };
        await db.collection('keys').findOne(nothing);
        await db.collection('keys').updateOne(nothing, { $set: { wrapped: null } });
      }),
    close: () => (closing ??= close()),
  };
}
