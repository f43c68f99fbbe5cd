import { openEventStoreDb } from '@app/composition';
import { startChild } from './child.js';
import { messagesRound, product, type Load, type MessagesOptions } from './messages.js';
import type { AppendsQuestion } from './raw-appends.js';
import { alternate, medianOf, perSecond, rates, ratioOf, sustained, type Round } from './rounds.js';
import { count, type Row } from './row.js';
import type { Measured } from './statistics.js';

const AT_ONCE = 50;
/** With many in flight, and one at a time. */
type Both = { readonly many: Measured; readonly alone: Measured };

const row = { id: '13', what: `messages on EventStoreDB / raw appends, ${AT_ONCE} in flight`, aim: null } as const;

export const notRun: Row = {
  ...row,
  result: null,
  figures: 'EVENTSTOREDB_URL is not given: set it to an empty server',
};

/** Why a server cannot be measured, or `null`. */
export async function whyNot(url: string): Promise<string | null> {
  const { eventStore, close } = await openEventStoreDb({ url });
  try {
    return (await eventStore.head()) === null ? null : 'it contains events, and the benchmark needs an empty server';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await close();
  }
}

/**
 * Messages of a product with its events in EventStoreDB, against raw appends to the same server: many at once, and one
 * at a time.
 */
export async function messagesAgainstRawAppends(options: MessagesOptions, url: string): Promise<Row[]> {
  const { rounds, roundMs, conversations, reached } = options;
  const load: Load = startChild('load');
  const appends = startChild<AppendsQuestion, Measured>('raw-appends');
  const server = product({ conversations, reached, recordUrl: url });
  const bothWays = async <Result>(work: (atOnce: number) => Promise<Result>) => ({
    many: await work(AT_ONCE),
    alone: await work(1),
  });
  // The product comes first: it needs an empty event store.
  const messages = async () => {
    await server.start();
    const result = await bothWays((connections) => messagesRound(load, server, { connections, durationMs: roundMs }));
    // Its followers receive every appended event, and would slow the raw appends down.
    await server.stop();
    return result;
  };
  const raw = () => bothWays((writers) => appends.ask({ url, writers, durationMs: roundMs }));
  try {
    const [ours = [], theirs = []] = await alternate<Both>(rounds, [messages, raw]);
    const [many, rawMany] = [ours.map((one) => one.many), theirs.map((one) => one.many)];
    const [alone, rawAlone] = [ours.map((one) => one.alone), theirs.map((one) => one.alone)];
    const caughtUp = count(medianOf(many as Round[], sustained));
    return [
      {
        ...row,
        result: ratioOf(many, rawMany, perSecond),
        figures: `${rates(many)} / ${rates(rawMany)}; ${caughtUp}/s until followers have caught up`,
      },
      {
        ...row,
        what: 'ms per message on EventStoreDB / per raw append, 1 in flight',
        result: ratioOf(rawAlone, alone, perSecond),
        figures: `${times(alone)} / ${times(rawAlone)}`,
      },
    ];
  } finally {
    await Promise.all([load.stop(), appends.stop(), server.end()]);
  }
}

/** One round after the other. */
const times = (rounds: readonly Measured[]): string =>
  `${(1_000 / medianOf(rounds, perSecond)).toFixed(2)} ms (p50 ${medianOf(rounds, ({ p50Ms }) => p50Ms).toFixed(2)}, p99 ${medianOf(rounds, ({ p99Ms }) => p99Ms).toFixed(2)} ms)`;
