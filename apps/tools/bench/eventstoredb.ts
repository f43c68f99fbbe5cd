import { openEventStoreDb } from '@app/composition';
import { startChild } from './child.js';
import {
  alternate,
  medianRatio,
  PRODUCT,
  rates,
  round,
  times,
  untilCaughtUp,
  type Load,
  type MessagesOptions,
} from './messages.js';
import type { AppendsQuestion } from './raw-appends.js';
import type { Row } from './row.js';
import type { ServerAnswer, ServerQuestion } from './server.js';
import type { Measured } from './statistics.js';

const AT_ONCE = 50;

const row = { id: 'e', what: `messages on EventStoreDB / raw appends, ${AT_ONCE} in flight`, aim: null } as const;

export const notRun: Row = {
  ...row,
  ratio: null,
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
  const load: Load = startChild('load');
  const appends = startChild<AppendsQuestion, Measured>('raw-appends');
  const child = startChild<ServerQuestion, ServerAnswer>('server');
  const { conversations, emails, roundMs } = options;
  const bothWays = async <Result>(work: (atOnce: number) => Promise<Result>) => ({
    many: await work(AT_ONCE),
    alone: await work(1),
  });
  try {
    // The product comes first: it needs an empty event store.
    const [messages, raw] = await alternate(options, [
      async () => {
        const facts = await child.ask({ type: 'start', conversations, emails, flushDelayMs: 0, recordUrl: url });
        const result = await bothWays((connections) =>
          round(load, { child, facts }, PRODUCT, { connections, durationMs: roundMs }),
        );
        // Its followers receive every appended event, and would slow the raw appends down.
        await child.ask({ type: 'stop' });
        return result;
      },
      () => bothWays((writers) => appends.ask({ url, writers, durationMs: roundMs })),
    ]);
    const many = { messages: messages.map((one) => one.many), raw: raw.map((one) => one.many) };
    const alone = { messages: messages.map((one) => one.alone), raw: raw.map((one) => one.alone) };
    return [
      {
        ...row,
        ratio: medianRatio(many.messages, many.raw),
        figures: `${rates(many.messages)} / ${rates(many.raw)}; ${untilCaughtUp(many.messages, roundMs)}`,
      },
      {
        ...row,
        what: 'ms per message on EventStoreDB / per raw append, 1 in flight',
        ratio: medianRatio(alone.raw, alone.messages),
        figures: `${times(alone.messages)} / ${times(alone.raw)}`,
      },
    ];
  } finally {
    await Promise.all([load.stop(), appends.stop(), child.stop()]);
  }
}
