import { join } from 'node:path';
import { SoleProcess, type Engines } from '@app/eventing';
import { EmbeddedCheckpoints } from './checkpoints.js';
import { EmbeddedEventStore } from './event-store.js';
import { lockFolder } from './folder-lock.js';
import { GroupedWrites } from './grouped-writes.js';
import { EmbeddedKeyring } from './keyring.js';
import { EmbeddedReadModelStore } from './read-model-store.js';
import { Database, type DatabaseOptions } from './sqlite.js';
import { EmbeddedTopicLog } from './topic-log.js';

export type EmbeddedOptions = {
  /** Emulates a slower disk: each flush takes so much longer. For benchmarks. */
  readonly flushDelayMs?: number;
};

/**
 * All engines in one folder, for this process alone: the record and the keys are on disk when a promise resolves; read
 * models and checkpoints can fall back after a power cut, together, and are caught up from the record.
 * @throws FolderLocked when another process has the folder
 */
export async function openEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<Engines> {
  const unlock = lockFolder(folder);
  const files: Database[] = [];
  const open = (name: string, synchronous: DatabaseOptions['synchronous']): Database => {
    const file = new Database(join(folder, name), { synchronous, flushDelayMs: options.flushDelayMs });
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
    return openEngines(open, release);
  } catch (error) {
    release();
    throw error;
  }
}

function openEngines(open: (name: string, synchronous: 'FULL' | 'NORMAL') => Database, release: () => void): Engines {
  const eventStore = new EmbeddedEventStore(open('record.db', 'FULL'));
  const keyring = new EmbeddedKeyring(open('keys.db', 'FULL'));
  const derived = open('read-models.db', 'NORMAL');
  const writes = new GroupedWrites(derived);
  const checkpoints = new EmbeddedCheckpoints(derived, writes);
  const readModels = new EmbeddedReadModelStore(derived, checkpoints, writes);
  const topics = new EmbeddedTopicLog(derived, writes);

  const close = async () => {
    // Consumers first: what they are handling may still append.
    await topics.close();
    eventStore.close();
    keyring.close();
    writes.close();
    checkpoints.close();
    release();
  };
  let closing: Promise<void> | undefined;
  return { eventStore, readModels, checkpoints, topics, keyring, leadership: new SoleProcess(), close: () => (closing ??= close()) };
}
