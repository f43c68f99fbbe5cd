import { InboxQueries, inboxProjection, ReadModelReader, readModels as allReadModels } from '@app/read-models';
import { walkPages, type Document, type DocumentWrite, type Engines, type ModelDefinition } from '@app/eventing';
import { permissionsOf } from '@app/kernel';
import { openTemporary } from './folder.js';
import { contactOf, consentOf, conversationOf, PROGRAM, programRow } from './inbox-rows.js';
import { progressOf } from './progress.js';
import { count, type Row } from './row.js';
import { median, quantile } from './statistics.js';

export type PagesOptions = {
  readonly few: number;
  readonly many: number;
  readonly rounds: number;
  readonly pages: number;
};

const PAGE = 50;
const AT_ONCE = 5_000;

type Inbox = { readonly engines: Engines; readonly queries: InboxQueries; readonly cursors: readonly string[] };

/** Pages of the inbox with many conversations against few. */
export async function pagesAtManyAgainstFew(options: PagesOptions): Promise<Row[]> {
  const few = await openInbox(options.few);
  const many = await openInbox(options.many);
  try {
    return [
      await compare({ name: 'first page', atMost: 1.2 }, options, { few, many }, () => undefined),
      await compare({ name: 'page at a random depth', atMost: 1.3 }, options, { few, many }, anyOf),
    ];
  } finally {
    await Promise.all([few.engines.close(), many.engines.close()]);
  }
}

async function compare(
  { name, atMost }: { readonly name: string; readonly atMost: number },
  { rounds, pages, ...sizes }: PagesOptions,
  { few, many }: { readonly few: Inbox; readonly many: Inbox },
  cursor: (inbox: Inbox) => string | undefined,
): Promise<Row> {
  const times = { few: [] as number[][], many: [] as number[][] };
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`  ${name}, round ${round} of ${rounds}\n`);
    times.few.push(await read(few, pages, cursor));
    times.many.push(await read(many, pages, cursor));
  }
  const p99s = (of: readonly number[][]): number[] => of.slice(1).map((one) => quantile(one, 0.99));
  const [fewP99, manyP99] = [p99s(times.few), p99s(times.many)];
  const figure = (of: readonly number[][]): string =>
    `p50 ${median(of.slice(1).flat()).toFixed(2)}, p99 ${median(p99s(of)).toFixed(2)} ms`;
  return {
    id: '5',
    what: `p99 of the inbox's ${name} at ${count(sizes.many)} / ${count(sizes.few)} conversations`,
    result: median(manyP99.map((p99, index) => p99 / (fewP99[index] ?? Number.NaN))),
    aim: { atMost },
    figures: `${figure(times.many)} / ${figure(times.few)}`,
  };
}

const agent = { role: 'agent' } as const;
const viewer = { programId: PROGRAM, id: 'anna', ...agent, permissions: permissionsOf(agent) };

/** Times in ms of this many pages. */
async function read(inbox: Inbox, pages: number, cursor: (inbox: Inbox) => string | undefined): Promise<number[]> {
  const times: number[] = [];
  for (let page = 0; page < pages; page += 1) {
    const after = cursor(inbox);
    const startedAt = performance.now();
    const { documents } = await inbox.queries.page(viewer, {}, after, PAGE);
    times.push(performance.now() - startedAt);
    if (documents.length === 0) throw new Error('The page is empty');
  }
  return times;
}

const anyOf = ({ cursors }: Inbox): string | undefined => cursors[Math.floor(Math.random() * cursors.length)];

async function openInbox(size: number): Promise<Inbox> {
  const engines = await openTemporary();
  await fill(engines, 'inbox', size, conversationOf);
  await fill(engines, 'contacts', size, contactOf);
  await fill(engines, 'consents', size, consentOf);
  await fill(engines, 'programs', 1, () => programRow);
  await fill(engines, 'mutes', 0, () => programRow);
  await fill(engines, 'readings', 0, () => programRow);
  const queries = new InboxQueries(new ReadModelReader(engines.readModels));
  return { engines, queries, cursors: await cursorsOf(engines) };
}

async function fill(
  { readModels }: Engines,
  name: string,
  size: number,
  documentOf: (number: number) => Document,
): Promise<void> {
  const model = allReadModels.find((known) => known.name === name) as ModelDefinition;
  const position = '0'.repeat(20);
  await readModels.prepare(model);
  await readModels.beginRebuild(model);
  const progress = progressOf(`rows of ${name} stored`, size);
  for (let first = 0; first < size; first += AT_ONCE) {
    progress(first);
    const numbers = Array.from({ length: Math.min(AT_ONCE, size - first) }, (_, index) => first + index);
    await readModels.fillRebuild(
      model,
      numbers.map((number): DocumentWrite => ({ document: documentOf(number), position })),
    );
  }
  await readModels.swapRebuild(model, position);
}

/** The start of each page of the inbox except the first. */
async function cursorsOf({ readModels }: Engines): Promise<string[]> {
  const cursors: string[] = [];
  const list = {
    programId: PROGRAM,
    index: 'box',
    equals: { programId: PROGRAM, archived: false },
    order: 'desc',
    limit: PAGE,
  } as const;
  for await (const { next } of walkPages((after) => readModels.page(inboxProjection, { ...list, after })))
    if (next !== null) cursors.push(next);
  return cursors;
}
