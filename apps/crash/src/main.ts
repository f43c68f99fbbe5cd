import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { run, table } from './run.js';

type Options = { readonly cycles: number; readonly seed: number; readonly keep?: boolean; readonly engines: 'embedded' | 'real' };

const MOST_FINDINGS = 20;

function readNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

const program = new Command('crash')
  .description('Kills the product again and again while people write, and checks that nothing acknowledged is lost or doubled.')
  .option('--cycles <n>', 'how often it is killed', readNumber, 10)
  .option('--seed <s>', 'decides moments and faults', readNumber, Date.now() % 100_000)
  .addOption(new Option('--engines <kind>', 'embedded: one process; real: a process for each app, on Kafka, MongoDB and EventStoreDB, some of which are killed too').choices(['embedded', 'real']).default('embedded'))
  .addHelpText('after', '\nWith --engines real, servers given by EVENTSTOREDB_URL, MONGODB_URL and KAFKA_BROKERS are used and left alone; MONGODB_STOP and MONGODB_START are the commands by which that of MONGODB_URL is stopped and started.')
  .option('--keep', 'keeps the folder also when all is well')
  .parse();
const { cycles, seed, keep, engines } = program.opts<Options>();
const folder = mkdtempSync(join(tmpdir(), 'crash-'));

// Leaving by `exit` ends the children too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  console.log(`seed ${seed}, folder ${folder}`);
  const result = await run(folder, cycles, seed, engines);
  console.log(`\n${result.models}\n${table(result)}\n`);
  if (!result.findings.isEmpty) {
    console.log(result.findings.list(MOST_FINDINGS).join('\n'));
    console.log(`\nNOT WELL. To look at: ${folder}; again: npm run crash -- --cycles ${cycles} --seed ${seed} --engines ${engines}`);
    process.exit(1);
  }
  console.log(`All is well.${keep ? ` Kept: ${folder}` : ''}`);
  if (!keep) rmSync(folder, { recursive: true });
  process.exit(0);
} catch (error) {
  console.error(error);
  console.error(`\nFAILED with seed ${seed}. To look at: ${folder}`);
  process.exit(1);
}
