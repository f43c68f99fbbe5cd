import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FolderLocked, openEmbedded, openEventStoreDb, openMongo } from '@app/adapters';
import { EngineUnavailable, KeyDiffers, type Keyring } from '@app/eventing';
import { copyRecord, RecordsDiffer } from './copy-record.js';
import { Refused } from './with-engines.js';

/** Between two lines that tell how far a copy is. */
const PROGRESS_MS = 2_000;

type Closable = { close(): Promise<void> };

/** Moves a data folder, on which nothing runs, to servers. @throws Refused */
export async function copyFolder(folder: string, to: string, keysTo: string | undefined): Promise<void> {
  if (!existsSync(join(folder, 'record.db'))) throw new Refused(`There is no record in ${folder}`);
  const opened: Closable[] = [];
  const open = <Engine extends Closable>(engine: Engine): Engine => {
    opened.push(engine);
    return engine;
  };
  try {
    const source = open(await openEmbedded(folder));
    const keys = keysTo === undefined ? null : await copyKeys(source.keyring, open(await openMongo({ url: keysTo })).keyring);
    const events = await copyRecord(source.eventStore, open(openEventStoreDb({ url: to })).eventStore, everyFewSeconds((copied) => console.log(`${copied} events`)));
    console.log(`${events} events copied and equal. ${keys === null ? 'The keys are still in keys.db: nothing that is sealed opens without them.' : `${keys} keys copied.`}`);
  } catch (error) {
    if (error instanceof FolderLocked || error instanceof RecordsDiffer || error instanceof EngineUnavailable || error instanceof KeyDiffers) throw new Refused(error.message);
    throw error;
  } finally {
    for (const engine of opened.toReversed()) await engine.close();
  }
}

/** Before the record, so that nothing is there that cannot be read. @returns how many subjects */
async function copyKeys(from: Keyring, to: Keyring): Promise<number> {
  let count = 0;
  for await (const [subject, key] of from.all()) {
    await (key ? to.adopt(subject, key) : to.destroy(subject));
    count += 1;
  }
  return count;
}

function everyFewSeconds(say: (count: number) => void): (count: number) => void {
  let next = 0;
  return (count) => {
    if (performance.now() < next) return;
    next = performance.now() + PROGRESS_MS;
    say(count);
  };
}
