import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { FolderLocked, openEmbedded } from '@app/adapters';
import type { Followed } from '@app/eventing';
import { projections } from '@app/read-models';
import { compareModel, followed, rebuildModel } from './read-model-copies.js';

type Options = { readonly data: string };

const program = new Command('admin').description('Works on the data folder of a product that is not running.');

program
  .command('rebuild')
  .description('builds every read model again from the record and puts it in the place of the live one')
  .option('--data <folder>', 'the data folder', 'data')
  .action(({ data }: Options) =>
    inFolder(data, async (stores) => {
      for (const projection of projections) console.log(`${projection.name.padEnd(12)} ${await rebuildModel(stores, projection)} rows`);
    }),
  );

program
  .command('compare')
  .description('compares every read model with one built from nothing; exit code 1 when one differs')
  .option('--data <folder>', 'the data folder', 'data')
  .action(({ data }: Options) =>
    inFolder(data, async (stores) => {
      for (const projection of projections) {
        const { rows, firstDifference } = await compareModel(stores, projection);
        console.log(`${projection.name.padEnd(12)} ${String(rows).padStart(7)} rows  ${firstDifference === null ? 'equal' : `DIFFERENT, first at ${firstDifference}`}`);
        if (firstDifference !== null) process.exitCode = 1;
      }
    }),
  );

await program.parseAsync();

async function inFolder(folder: string, work: (stores: Followed) => Promise<void>): Promise<void> {
  // Opening makes a folder where there is none; a mistyped name shall not.
  if (!existsSync(join(folder, 'record.db'))) program.error(`There is no record in ${folder}`);
  const engines = await openEmbedded(folder).catch((error: unknown) => {
    if (error instanceof FolderLocked) program.error(error.message);
    throw error;
  });
  try {
    await work(followed(engines));
  } finally {
    await engines.close();
  }
}
