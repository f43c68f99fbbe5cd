import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { appendsAtManyAgainstFew } from './appends.js';
import { listsAgainstBare } from './lists.js';
import { messagesAgainstRawAppends, notRun, whyNot } from './eventstoredb.js';
import { pagesAtManyAgainstFew } from './inbox-pages.js';
import { firstCommands } from './long-streams.js';
import { durableMessages, slowFlush, type MessagesOptions } from './messages.js';
import { pacedLoad } from './paced.js';
import { rebuildAgainstScan } from './rebuild.js';
import { keepResults } from './results.js';
import { projectorOnMongo, publisherAgainstClient } from './servers.js';
import { startsWithAndWithoutEvents } from './starts.js';
import { table, type Row } from './row.js';
import { textsAgainstBare } from './texts.js';

type Options = {
  readonly only?: readonly string[];
  readonly short?: boolean;
  readonly emails?: boolean;
  readonly results?: string;
  /** Share of the sizes of rows 5, 7, 8, 9 and 12. */
  readonly size?: number;
};

/** One measurement gives the rows that belong to it. */
type Measurement = { readonly ids: readonly string[]; run(): Promise<Row | Row[]> };

const { EVENTSTOREDB_URL, KAFKA_BROKERS, MONGODB_URL, POSTGRES_URL } = process.env;

function measurementsOf({ short = false, emails = false, size = 1 }: Options): Measurement[] {
  const rounds = short ? 1 : 8;
  const messages: MessagesOptions = {
    ...(short ? { rounds, roundMs: 200, conversations: 50 } : { rounds, roundMs: 2_000, conversations: 2_000 }),
    reached: emails ? 'email' : 'nothing',
  };
  const paced = short
    ? { rounds, roundMs: 500, conversations: 50, messagesPerSecond: 50, textsPerSecond: 20 }
    : { rounds: 4, roundMs: 4_000, conversations: 2_000, messagesPerSecond: 1_000, textsPerSecond: 500 };
  const large = (events: number): number => (short ? 2_000 : Math.round(events * size));
  const few = (events: number): number => (short ? 500 : events);
  return [
    { ids: ['1', '2'], run: () => durableMessages(messages, POSTGRES_URL) },
    { ids: ['3'], run: () => textsAgainstBare({ ...messages, roundMs: messages.roundMs / 2 }) },
    { ids: ['4'], run: () => pacedLoad(paced) },
    {
      ids: ['5'],
      run: () => pagesAtManyAgainstFew({ few: few(1_000), many: large(1_000_000), rounds, pages: short ? 100 : 1_000 }),
    },
    { ids: ['6'], run: () => listsAgainstBare({ ...messages, rounds: Math.ceil(rounds / 2) }) },
    { ids: ['7'], run: () => firstCommands({ few: 10, many: large(10_000), rounds }) },
    {
      ids: ['8'],
      run: () =>
        appendsAtManyAgainstFew({
          few: few(100_000),
          many: large(2_000_000),
          rounds,
          roundMs: messages.roundMs / 2,
        }),
    },
    { ids: ['9'], run: () => startsWithAndWithoutEvents({ events: large(1_000_000), rounds }) },
    { ids: ['10'], run: () => slowFlush(messages) },
    {
      ids: ['11'],
      run: async () => [
        await publisherAgainstClient({ events: large(20_000), rounds }, KAFKA_BROKERS),
        await projectorOnMongo({ events: large(10_000), rounds: 1 }, MONGODB_URL),
      ],
    },
    { ids: ['12'], run: () => rebuildAgainstScan({ events: large(200_000), rounds }) },
    {
      ids: ['13'],
      run: async () =>
        EVENTSTOREDB_URL === undefined ? notRun : messagesAgainstRawAppends(messages, EVENTSTOREDB_URL),
    },
  ];
}

const known = measurementsOf({}).flatMap(({ ids }) => ids);

function chosen(list: string): string[] {
  const given = list.split(',');
  if (!given.every((id) => known.includes(id)))
    throw new InvalidArgumentError(`Give one or more of ${known.join(',')}`);
  return given;
}

const program = new Command('bench')
  .description(
    'Measures ratios; both sides of a ratio take turns in one run. The results are printed beside their targets and never fail the run.',
  )
  .option('--only <ids>', 'rows to measure, such as 1,2', chosen)
  .option('--short', 'to check that the benchmark works; the figures mean little')
  .option('--size <share>', 'share of the large sizes of rows 5, 7, 8, 9 and 12, such as 0.1', Number)
  .option('--emails', 'contacts of rows 1, 2, 10 and 13 have an email address: each message causes a notification')
  .option('--results <file>', 'keeps the last result of each row; bench-results.json unless --short is given')
  .addHelpText(
    'after',
    '\nRow 1 needs POSTGRES_URL, row 11 KAFKA_BROKERS and MONGODB_URL, and row 13 EVENTSTOREDB_URL. docs/benchmarks.md explains the rows.',
  )
  .parse();
const options = program.opts<Options>();
const { only = known, short = false, results = short ? undefined : 'bench-results.json' } = options;

// Printed before anything is measured.
const refusal = only.includes('13') && EVENTSTOREDB_URL !== undefined ? await whyNot(EVENTSTOREDB_URL) : null;
if (refusal !== null) program.error(`The server of EVENTSTOREDB_URL cannot be measured: ${refusal}`);

const rows: Row[] = [];
for (const { ids, run } of measurementsOf(options)) {
  if (!ids.some((id) => only.includes(id))) continue;
  process.stderr.write(`measuring ${ids.join(' and ')} ...\n`);
  const measured = [await run()].flat().filter(({ id }) => only.includes(id));
  rows.push(...measured);
  if (results !== undefined) keepResults(results, measured);
}
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} cores; medians of rounds in turn\n\n${table(rows)}`,
);
if (results !== undefined) console.log(`\nThe last result of each row is in ${results}`);
