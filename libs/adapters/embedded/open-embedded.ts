import { join } from 'node:path';
import { SoleProcess, WrappedKeyring, type Engines, type MasterKeys } from '@app/eventing';
import { EmbeddedCheckpoints } from './checkpoints.js';
import { EmbeddedEventStore } from './event-store.js';
import { claimFormat } from './folder-format.js';
import { lockFolder } from './folder-lock.js';
import { folderMasterKeys, keepNextMasterKey } from './folder-master-key.js';
import { GroupedWrites } from './grouped-writes.js';
import { EmbeddedKeyStore } from './key-store.js';
import { EmbeddedReadModelStore } from './read-model-store.js';
import { Database, type DatabaseOptions } from './sqlite.js';
import { EmbeddedTopicLog } from './topic-log.js';

export type EmbeddedOptions = {
  /** Emulates a slower disk by this extra time for each flush. For benchmarks. */
  readonly flushDelayMs?: number;
  /** Without these, the folder has its own master key, created at the first start. */
  readonly masterKeys?: MasterKeys | undefined;
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

async function open(
  folder: string,
  { flushDelayMs, masterKeys }: EmbeddedOptions,
  rotating: boolean,
): Promise<Engines> {
  const unlock = lockFolder(folder);
  const files: Database[] = [];
  const openFile = (name: string, synchronous: DatabaseOptions['synchronous']): Database => {
    const file = new Database(join(folder, name), { synchronous, flushDelayMs });
    files.push(file);
    return file;
  };
  const release = () => {
    try {
      for (const file of files) file.close();
    } finally {
      unlock();
    }
  };
  try {
    claimFormat(folder);
    const keys = new EmbeddedKeyStore(openFile('keys.db', 'FULL'));
    const keyring = new WrappedKeyring(keys, masterKeys ?? (await folderMasterKeys(folder, keys, rotating)));
    await keyring.check();
    return openEngines(openFile, keys, keyring, release);
  } catch (error) {
    release();
    throw error;
  }
}

function openEngines(
  open: (name: string, synchronous: 'FULL' | 'NORMAL') => Database,
  keys: EmbeddedKeyStore,
  keyring: WrappedKeyring,
  release: () => void,
): Engines {
  const eventStore = new EmbeddedEventStore(open('record.db', 'FULL'));
  const derived = open('read-models.db', 'NORMAL');
  const writes = new GroupedWrites(derived);
  const checkpoints = new EmbeddedCheckpoints(derived, writes);
  const readModels = new EmbeddedReadModelStore(derived, checkpoints, writes);
  const topics = new EmbeddedTopicLog(derived, writes);

  const close = async () => {
    // Consumers first: their current batches may still append.
    await topics.close();
    eventStore.close();
    keys.close();
    writes.close();
    checkpoints.close();
    release();
  };
  let closing: Promise<void> | undefined;
  return {
    eventStore,
    readModels,
    checkpoints,
    topics,
    keyring,
    leadership: new SoleProcess(),
    clocks: [],
    close: () => (closing ??= close()),
  };
}
