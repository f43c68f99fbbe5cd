import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { eventStoreDbVersion } from '@app/testing/servers';
import { run, table, type Engines } from './run.js';

type Options = {
  readonly cycles: number;
  readonly seed: number;
  readonly keep?: boolean;
  readonly engines: Engines['engines'];
  readonly record?: Engines['record'];
};

const MOST_FINDINGS = 20;

function readNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

async function recordServerName(): Promise<string> {
  const { EVENTSTOREDB_URL } = process.env;
  return EVENTSTOREDB_URL === undefined
    ? 'a double of EventStoreDB'
    : `EventStoreDB ${await eventStoreDbVersion(EVENTSTOREDB_URL)}`;
}

const program = new Command('crash')
  .description('Kills the product repeatedly under load, and checks that nothing acknowledged is lost or duplicated.')
  .option('--cycles <n>', 'number of kills', readNumber, 10)
  .option('--seed <s>', 'seed for moments and faults', readNumber, Date.now() % 100_000)
  .addOption(
    new Option(
      '--engines <kind>',
      'embedded: one process; real: a process for each app, on Kafka, MongoDB and EventStoreDB, some of which are killed too',
    )
      .choices(['embedded', 'real'])
      .default('embedded'),
  )
  .addOption(
    new Option(
      '--record <engine>',
      'where the one process stores its events: in its folder, or on EventStoreDB, which is killed too',
    ).choices(['embedded', 'eventstoredb']),
  )
  .addHelpText(
    'after',
    `
With --record eventstoredb the events are on the server of EVENTSTOREDB_URL, which must be empty, or on a double that is started
here. With --engines real the servers of MONGODB_URL and KAFKA_BROKERS are used too, or ones that are started here. A given server is killed only if
two commands are set that stop it and start it on the same data: EVENTSTOREDB_STOP and EVENTSTOREDB_START, MONGODB_STOP and MONGODB_START.`,
  )
  .option('--keep', 'keeps the folder even after a successful run')
  .parse();
const {
  cycles,
  seed,
  keep,
  engines,
  record = engines === 'real' ? 'eventstoredb' : 'embedded',
} = program.opts<Options>();
if (engines === 'real' && record === 'embedded')
  program.error('--record embedded is for --engines embedded: separate processes need an event store on a server');
const folder = mkdtempSync(join(tmpdir(), 'crash-'));

// Ending with `exit` stops the children too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  console.log(
    `seed ${seed}, folder ${folder}, events ${record === 'embedded' ? 'in it' : `on ${await recordServerName()}`}`,
  );
  const result = await run(folder, cycles, seed, { engines, record });
  console.log(`\n${result.models}\n${table(result)}\n`);
  if (!result.findings.isEmpty) {
    console.log(result.findings.list(MOST_FINDINGS).join('\n'));
    console.log(
      `\nFAILED. Files: ${folder}; repeat: npm run crash -- --cycles ${cycles} --seed ${seed} --engines ${engines} --record ${record}`,
    );
    process.exit(1);
  }
  console.log(`Everything is correct.${keep ? ` Kept: ${folder}` : ''}`);
  if (!keep) rmSync(folder, { recursive: true });
  process.exit(0);
} catch (error) {
  console.error(error);
  console.error(`\nABORTED with seed ${seed}. Files: ${folder}`);
  process.exit(1);
}
