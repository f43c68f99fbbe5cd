import { startChild, type Child } from './child.js';
import { product } from './messages.js';
import type { PacedAnswer, PacedQuestion } from './paced-load.js';
import type { ProviderAnswer, ProviderQuestion } from './provider.js';
import { alternate } from './rounds.js';
import { count, type Row } from './row.js';
import { median, quantile } from './statistics.js';

export type PacedOptions = {
  readonly rounds: number;
  readonly roundMs: number;
  readonly conversations: number;
  readonly messagesPerSecond: number;
  readonly textsPerSecond: number;
};

const READ_AFTER = 10;

/** At a fixed rate: times until messages are acknowledged and visible, and texts are with the provider. */
export async function pacedLoad({ messagesPerSecond, textsPerSecond, ...options }: PacedOptions): Promise<Row[]> {
  const { rounds, roundMs, conversations } = options;
  const load: Child<PacedQuestion, PacedAnswer> = startChild('paced-load');
  const provider: Child<ProviderQuestion, ProviderAnswer> = startChild('provider');
  const { url: providerUrl } = await provider.ask({ type: 'start' });
  const server = await product({ conversations, reached: 'text', providerUrl }).start();
  const paced = (channel: 'in-app' | 'sms', perSecond: number) =>
    load.ask({ ...server.address, channel, perSecond, durationMs: roundMs, readAfter: READ_AFTER });
  try {
    const [messages = [], texts = []] = await alternate<Times>(rounds, [
      () => server.measured(async () => paced('in-app', messagesPerSecond)),
      () =>
        server.measured(async () => {
          const answer = await paced('sms', textsPerSecond);
          const { received } = await provider.ask({ type: 'delivered', texts: answer.sent });
          return { ...answer, handedOver: received.map(({ text, at }) => at - (answer.acknowledgedAt[text] ?? NaN)) };
        }),
    ]);
    const row = (what: string, atMost: number, times: readonly (readonly number[])[]): Row => ({
      id: '4',
      what: `${what}, p99 in ms`,
      result: median(times.map((one) => quantile(one, 0.99))),
      aim: { atMost },
      figures: `p50 ${median(times.map((one) => quantile(one, 0.5))).toFixed(1)} ms`,
    });
    return [
      row(
        `message acknowledged at ${count(messagesPerSecond)}/s`,
        8,
        messages.map((one) => one.acknowledged),
      ),
      row(
        'message visible in its thread',
        15,
        messages.map((one) => one.visible),
      ),
      row(
        `text with the provider at ${count(textsPerSecond)}/s, since acknowledged`,
        40,
        texts.map((one) => one.handedOver ?? []),
      ),
    ];
  } finally {
    await Promise.all([load.stop(), provider.stop(), server.end()]);
  }
}

type Times = Pick<PacedAnswer, 'acknowledged' | 'visible'> & { readonly handedOver?: readonly number[] };
