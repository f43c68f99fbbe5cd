import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { Partitions, SoleProcess, WrappedKeyring, type Engines, type MasterKeys } from '@app/eventing';
import { EmbeddedCheckpoints } from './checkpoints.js';
import { EmbeddedEventStore } from './event-store.js';
import { ExportFolder } from './export-folder.js';
import type { FileEventStore } from './file-event-store.js';
import { claimFormat } from './folder-format.js';
import { lockFolder } from './folder-lock.js';
import { folderMasterKeys, keepNextMasterKey } from './folder-master-key.js';
import { GroupedWrites } from './grouped-writes.js';
import { EmbeddedKeyStore } from './key-store.js';
import { EmbeddedReadModelStore } from './read-model-store.js';
import { EmbeddedSnapshotStore } from './snapshot-store.js';
import { Database, type DatabaseOptions } from './sqlite.js';
import { ForwardingEventStore } from './thread/forwarding-event-store.js';
import { Outbox, receive, type FromOther, type FromOwner } from './thread/messages.js';
import { serveThread } from './thread/serve-thread.js';
import { EmbeddedTopicLog } from './topic-log.js';

export type EmbeddedOptions = {
  /** Emulates a slower disk by this extra time for each flush. For benchmarks. */
  readonly flushDelayMs?: number;
  /**
   * Whether topic messages are on disk when they are published. Without this, a power cut may lose the last ones, but
   * only together with the checkpoints in the same file, so that they are published again.
   */
  readonly flushTopics?: boolean;
  /** Without these, the folder has its own master key, created at the first start. */
  readonly masterKeys?: MasterKeys | undefined;
  /** By default, followers are not divided. */
  readonly partitions?: Partitions;
};

/**
 * All engines in one folder, for this process only. Events and keys are on disk when a promise resolves. Read models
 * and checkpoints may be lost together in a power cut, back to an earlier state, and then catch up with the event
 * store.
 * @throws FolderLocked when another process uses the folder; UnusableData when another build wrote it, or the master
 * key is wrong
 */
export const openEmbedded = (folder: string, options: EmbeddedOptions = {}): Promise<Engines> =>
  open(folder, options, false);

/**
 * The engines of a folder that another thread of this process has opened, see {@link Engines.serveThread}. Reads have
 * connections of their own, and appends are made by that thread.
 * @param port the other end of the served one
 */
export async function openBeside(
  folder: string,
  port: MessagePort,
  { masterKeys, partitions = new Partitions() }: Pick<EmbeddedOptions, 'masterKeys' | 'partitions'> = {},
): Promise<Engines> {
  const files = new Files(folder);
  const keys = new EmbeddedKeyStore(files.open('keys.db', 'FULL'));
  const keyring = new WrappedKeyring(keys, masterKeys ?? (await folderMasterKeys(folder, keys, false)));
  const outbox = new Outbox<FromOther>(port);
  const eventStore = new ForwardingEventStore(files.open('record.db', 'FULL'), outbox);
  const { checkpoints, ...derived } = openDerived(files, partitions, false);
  keys.onDestroyed((subject) => outbox.send({ type: 'destroyed', subject }));
  checkpoints.onMoved((checkpoint, to) => outbox.send({ type: 'moved', checkpoint, to }));
  receive<FromOwner>(port, (message) => {
    if (message.type === 'destroyed') keyring.forget(message.subject);
    else eventStore.receive(message);
  });
  await eventStore.knowsEnd;
  return enginesOf({ eventStore, keys, keyring, checkpoints, ...derived }, () => files.close());
}

/**
 * Gives the folder a new master key. If it is stopped, call it again and it continues. @returns how many keys were
 * wrapped again
 */
export async function rotateFolderMasterKey(folder: string): Promise<number> {
  const { keyring, close } = await open(folder, {}, true);
  try {
    const rotated = await keyring.rotate();
    keepNextMasterKey(folder);
    return rotated;
  } finally {
    await close();
  }
}

/** The open files of a folder. */
class Files {
  readonly #open: Database[] = [];

  constructor(
    readonly folder: string,
    private readonly flushDelayMs?: number,
  ) {}

  open(name: string, synchronous: DatabaseOptions['synchronous']): Database {
    const file = new Database(join(this.folder, name), { synchronous, flushDelayMs: this.flushDelayMs });
    this.#open.push(file);
    return file;
  }

  close(): void {
    for (const file of this.#open) file.close();
  }
}

async function open(
  folder: string,
  { flushDelayMs, masterKeys, flushTopics = false, partitions = new Partitions() }: EmbeddedOptions,
  rotating: boolean,
): Promise<Engines> {
  const unlock = lockFolder(folder);
  const files = new Files(folder, flushDelayMs);
  const release = () => {
    try {
      files.close();
    } finally {
      unlock();
    }
  };
  try {
    claimFormat(folder);
    const keys = new EmbeddedKeyStore(files.open('keys.db', 'FULL'));
    const keyring = new WrappedKeyring(keys, masterKeys ?? (await folderMasterKeys(folder, keys, rotating)));
    await keyring.check();
    const eventStore = new EmbeddedEventStore(files.open('record.db', 'FULL'));
    const owned = { eventStore, keys, keyring, ...openDerived(files, partitions, flushTopics) };
    return { ...enginesOf(owned, release), serveThread: (port) => serveThread(owned, port) };
  } catch (error) {
    release();
    throw error;
  }
}

function openDerived(files: Files, partitions: Partitions, flushTopics: boolean) {
  const derived = files.open('read-models.db', 'NORMAL');
  const writes = new GroupedWrites(derived);
  const checkpoints = new EmbeddedCheckpoints(derived, writes);
  const readModels = new EmbeddedReadModelStore(derived, checkpoints, writes, partitions);
  const snapshots = new EmbeddedSnapshotStore(files.open('snapshots.db', 'NORMAL'));
  const topics = new EmbeddedTopicLog(derived, writes, flushTopics);
  const exportFiles = new ExportFolder(join(files.folder, 'exports'));
  return { partitions, writes, checkpoints, readModels, snapshots, exportFiles, topics };
}

type Opened = ReturnType<typeof openDerived> & {
  readonly eventStore: FileEventStore;
  readonly keys: EmbeddedKeyStore;
  readonly keyring: WrappedKeyring;
};

function enginesOf(
  { eventStore, keys, keyring, partitions, writes, checkpoints, readModels, snapshots, exportFiles, topics }: Opened,
  release: () => void,
): Engines {
  const close = async () => {
    // Consumers first: their current batches may still append.
    await topics.close();
    eventStore.close();
    keys.close();
    await checkpoints.close();
    writes.close();
    release();
  };
  let closing: Promise<void> | undefined;
  return {
    eventStore,
    readModels,
    checkpoints,
    topics,
    snapshots,
    exportFiles,
    keyring,
    leadership: new SoleProcess(),
    partitions,
    clocks: [],
    close: () => (closing ??= close()),
  };
}
