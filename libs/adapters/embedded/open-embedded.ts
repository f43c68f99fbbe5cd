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
  /** Emulates a slower disk: each flush takes so much longer. For benchmarks. */
  readonly flushDelayMs?: number;
  /** Without them the folder has its own, made at the first start. */
  readonly masterKeys?: MasterKeys | undefined;
};

/**
 * All engines in one folder, for this process alone: the record and the keys are on disk when a promise resolves; read
 * models and checkpoints can fall back after a power cut, together, and are caught up from the record.
 * @throws FolderLocked when another process has the folder; UnusableData when another build wrote it, or the master key does not fit
 */
export const openEmbedded = (folder: string, options: EmbeddedOptions = {}): Promise<Engines> =>
  open(folder, options, false);

/** Gives the folder a new master key of its own. Stopped anywhere, it goes on when it is called again. @returns how many keys were wrapped anew */
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
    // Consumers first: what they are handling may still append.
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
