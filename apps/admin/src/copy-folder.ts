import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { masterKeysOf, openEmbedded, openEventStoreDb, openMongo } from '@app/composition';
import type { Keyring, MasterKeys } from '@app/eventing';
import { loadConfiguration } from '@app/platform';
import { copyRecord } from './copy-record.js';
import { whyNotToCopy } from './why-not-to-copy.js';
import { refused, Refused } from './with-engines.js';

/** Number of events between two lines of progress. */
const PROGRESS_MS = 2_000;

type Closable = { close(): Promise<void> };

/** Copies a data folder, which no process may be using, to servers. @throws Refused */
export async function copyFolder(folder: string, to: string, keysTo: string | undefined): Promise<void> {
  if (!existsSync(join(folder, 'record.db'))) throw new Refused(`There is no record in ${folder}`);
  const opened: Closable[] = [];
  const open = <Engine extends Closable>(engine: Engine): Engine => {
    opened.push(engine);
    return engine;
  };
  try {
    const masterKeys = givenMasterKeys();
    // A folder with its own master key is opened with that one; the given one wraps the copies.
    const source = open(await openEmbedded(folder, existsSync(join(folder, 'master.key')) ? {} : { masterKeys }));
    const reason = await whyNotToCopy(source);
    if (reason !== null) throw new Refused(reason);
    const keys =
      keysTo === undefined
        ? null
        : await copyKeys(
            source.keyring,
            open(await openMongo({ url: keysTo, masterKeys: needed(masterKeys) })).keyring,
          );
    const events = await copyRecord(
      source.eventStore,
      open(await openEventStoreDb({ url: to })).eventStore,
      everyFewSeconds((copied) => console.log(`${copied} events`)),
    );
    console.log(
      `${events} events copied and equal. ${keys === null ? 'The keys are still in keys.db: sealed content cannot be opened without them.' : `${keys} keys copied.`} Checkpoints are not copied: followers of the copy start from the beginning.`,
    );
  } catch (error) {
    throw refused(error);
  } finally {
    for (const engine of opened.toReversed()) await engine.close();
  }
}

/** All other settings of the environment are ignored: the engines are those of the command line. */
const givenMasterKeys = (): MasterKeys | undefined =>
  masterKeysOf(
    loadConfiguration(
      Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('MASTER_KEY'))),
    ),
  );

function needed(masterKeys: MasterKeys | undefined): MasterKeys {
  if (!masterKeys)
    throw new Refused('MASTER_KEY or MASTER_KEY_FILE must be given with --keys-to: it wraps the keys in MongoDB');
  return masterKeys;
}

/** Before the events, so that every copied event can be read. @returns how many subjects */
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
