import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { FolderLocked, openEmbedded, openEventStoreDb, type Embedded } from '@app/adapters';
import { EngineUnavailable } from '@app/eventing';
import { projections } from '@app/read-models';
import { copyRecord, RecordsDiffer } from './copy-record.js';
import { compareModel, followed, rebuildModel } from './read-model-copies.js';

type Options = { readonly data: string };

/** Between two lines that tell how far a copy is. */
const PROGRESS_MS = 2_000;

const program = new Command('admin').description('Works on the data folder of a product that is not running.');

program
  .command('rebuild')
  .description('builds every read model again from the record and puts it in the place of the live one')
  .option('--data <folder>', 'the data folder', 'data')
  .action(({ data }: Options) =>
    inFolder(data, async (engines) => {
      const stores = followed(engines);
      for (const projection of projections) console.log(`${projection.name.padEnd(12)} ${await rebuildModel(stores, projection)} rows`);
    }),
  );

program
  .command('compare')
  .description('compares every read model with one built from nothing; exit code 1 when one differs')
  .option('--data <folder>', 'the data folder', 'data')
  .action(({ data }: Options) =>
    inFolder(data, async (engines) => {
      const stores = followed(engines);
      for (const projection of projections) {
        const { rows, firstDifference } = await compareModel(stores, projection);
        console.log(`${projection.name.padEnd(12)} ${String(rows).padStart(7)} rows  ${firstDifference === null ? 'equal' : `DIFFERENT, first at ${firstDifference}`}`);
        if (firstDifference !== null) process.exitCode = 1;
      }
    }),
  );

program
  .command('copy')
  .description('copies the record to EventStoreDB, event by event as it is stored, and compares the two; stopped anywhere, it goes on when started again')
  .option('--data <folder>', 'the data folder', 'data')
  .requiredOption('--to <url>', 'connection string of EventStoreDB; nobody else may write there meanwhile')
  .addHelpText('after', '\nThe keys are not copied: what is sealed in the record opens only with keys.db of the data folder, which has to go along.')
  .action(({ data, to }: Options & { readonly to: string }) =>
    inFolder(data, async ({ eventStore }) => {
      const target = openEventStoreDb({ url: to });
      try {
        const events = await copyRecord(eventStore, target.eventStore, everyFewSeconds((copied) => console.log(`${copied} events`)));
        console.log(`${events} events copied and equal. Take keys.db along.`);
      } catch (error) {
        if (!(error instanceof RecordsDiffer || error instanceof EngineUnavailable)) throw error;
        console.error(error.message);
        process.exitCode = 1;
      } finally {
        await target.close();
      }
    }),
  );

await program.parseAsync();

function everyFewSeconds(say: (count: number) => void): (count: number) => void {
  let next = 0;
  return (count) => {
    if (performance.now() < next) return;
    next = performance.now() + PROGRESS_MS;
    say(count);
  };
}


async function inFolder(folder: string, work: (engines: Embedded) => Promise<void>): Promise<void> {
  // Opening makes a folder where there is none; a mistyped name shall not.
  if (!existsSync(join(folder, 'record.db'))) program.error(`There is no record in ${folder}`);
  const engines = await openEmbedded(folder).catch((error: unknown) => {
    if (error instanceof FolderLocked) program.error(error.message);
    throw error;
  });
  try {
    await work(engines);
  } finally {
    await engines.close();
  }
}
