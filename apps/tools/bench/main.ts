import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { messagesAgainstRawAppends, notRun, whyNot } from './eventstoredb.js';
import { pagesAtManyAgainstFew } from './inbox-pages.js';
import { durableAgainstEmpty, slowFlush, type MessagesOptions } from './messages.js';
import { rebuildAgainstScan } from './rebuild.js';
import { table, type Row } from './row.js';

type Options = { readonly only: readonly string[]; readonly short?: true; readonly emails?: true };

const ids: readonly string[] = ['a', 'b', 'c', 'd', 'e'];

function chosen(list: string): string[] {
  const given = list.split(',');
  if (!given.every((id) => ids.includes(id))) throw new InvalidArgumentError(`Give one or more of ${ids.join(',')}`);
  return given;
}

const program = new Command('bench')
  .description(
    'Measures ratios; both sides of a ratio take turns in one run. The results are printed beside their targets and never fail the run.',
  )
  .option('--only <ids>', 'rows to measure, such as a,c', chosen, ids)
  .option('--short', 'takes a few seconds, to check that the benchmark works; the figures mean little')
  .option(
    '--emails',
    'rows a, b and e with contacts that have an email address: each message is followed by a notification',
  )
  .addHelpText('after', '\nRow e needs EVENTSTOREDB_URL: an empty server. docs/benchmarks.md explains the rows.')
  .parse();
const { only, short = false, emails = false } = program.opts<Options>();

const { EVENTSTOREDB_URL } = process.env;
// Printed before anything is measured.
const refusal = only.includes('e') && EVENTSTOREDB_URL !== undefined ? await whyNot(EVENTSTOREDB_URL) : null;
if (refusal !== null) program.error(`The server of EVENTSTOREDB_URL cannot be measured: ${refusal}`);

const messages: MessagesOptions = short
  ? { rounds: 1, roundMs: 200, conversations: 50, emails }
  : { rounds: 8, roundMs: 2_000, conversations: 2_000, emails };
const measurements: Readonly<Record<string, () => Promise<Row | Row[]>>> = {
  a: () => durableAgainstEmpty(messages),
  b: () => slowFlush(messages),
  c: () => rebuildAgainstScan(short ? { events: 5_000, rounds: 1 } : { events: 200_000, rounds: 5 }),
  d: () =>
    pagesAtManyAgainstFew(
      short ? { few: 100, many: 1_000, rounds: 1, pages: 100 } : { few: 1_000, many: 200_000, rounds: 7, pages: 2_000 },
    ),
  e: async () => (EVENTSTOREDB_URL === undefined ? notRun : messagesAgainstRawAppends(messages, EVENTSTOREDB_URL)),
};

const rows: Row[] = [];
for (const [id, measure] of Object.entries(measurements)) {
  if (!only.includes(id)) continue;
  process.stderr.write(`measuring ${id} ...\n`);
  rows.push(...[await measure()].flat());
}
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} cores; medians of rounds in turn\n\n${table(rows)}`,
);
