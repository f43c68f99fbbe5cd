import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Client } from './client.js';
import { Day } from './day.js';
import { NotStarted, runningInstance, startInstance, type Instance } from './instance.js';
import { Script } from './script.js';

const program = new Command('demo')
  .description(
    'Plays one day through the public API and the provider’s signed webhooks, and prints what each side sees. Starts a separate instance unless --url is given.',
  )
  .option('--url <url>', 'a running instance with a new data folder')
  .option('--facts <file>', 'with --url: the line printed by the instance with --json')
  .option('--transcript <file>', 'write everything that the provider’s emulator and the mail folder received')
  .addHelpText(
    'after',
    '\nWith EVENTSTOREDB_URL the separate instance stores its events on that server, which must be empty. Other settings of the product are passed on too.',
  )
  .parse();
const { url, facts, transcript } = program.opts<{ url?: string; facts?: string; transcript?: string }>();
if ((url === undefined) !== (facts === undefined))
  program.error('--url and --facts go together: start the instance with --json and save the line it prints');

const instance: Instance =
  url !== undefined && facts !== undefined
    ? await runningInstance(url, facts)
    : await startInstance().catch(notStarted);
try {
  const client = new Client(instance.facts);
  const script = new Script((line) => console.log(line));
  const day = new Day(client, script);
  if (await day.isNew()) {
    await day.play();
    if (transcript !== undefined)
      await writeFile(
        transcript,
        `${JSON.stringify({ provider: await client.ledger(), mail: await client.mails() }, null, 2)}\n`,
      );
    console.log(script.differences === 0 ? '\nThe demo succeeded.' : `\n${script.differences} differences.`);
    process.exitCode = script.differences === 0 ? 0 : 1;
  } else {
    console.error('The demo has already run on this instance: use one with a new data folder.');
    process.exitCode = 2;
  }
} finally {
  await instance.stop();
}

function notStarted(error: unknown): never {
  if (error instanceof NotStarted) program.error(error.message);
  throw error;
}
