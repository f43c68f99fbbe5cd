import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Client } from './client.js';
import { Day } from './day.js';
import { NotStarted, runningInstance, startInstance, type Instance } from './instance.js';
import { Script } from './script.js';

const program = new Command('demo')
  .description(
    'Plays one day through the public API and the provider’s signed webhooks, and says what each side sees. Starts an instance of its own unless --url is given.',
  )
  .option('--url <url>', 'an instance that runs already, on a fresh data folder')
  .option('--facts <file>', 'with --url: the line that the instance printed when started with --json')
  .option('--transcript <file>', 'write what the provider’s stand-in and the mail folder received')
  .addHelpText(
    'after',
    '\nWith EVENTSTOREDB_URL the record of its own instance is on that server, which must hold no events yet. Other settings of the product are passed on too.',
  )
  .parse();
const { url, facts, transcript } = program.opts<{ url?: string; facts?: string; transcript?: string }>();
if ((url === undefined) !== (facts === undefined))
  program.error('--url and --facts go together: start the instance with --json and keep the line it prints');

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
    console.log(script.differences === 0 ? '\nThe day went as it should.' : `\n${script.differences} differences.`);
    process.exitCode = script.differences === 0 ? 0 : 1;
  } else {
    console.error('This instance has seen the day before: give one on a fresh data folder.');
    process.exitCode = 2;
  }
} finally {
  await instance.stop();
}

function notStarted(error: unknown): never {
  if (error instanceof NotStarted) program.error(error.message);
  throw error;
}
