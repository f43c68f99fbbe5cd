import { startChild, type Child } from './child.js';
import {
  againstBare,
  bareServer,
  messagesRound,
  messagesTo,
  product,
  startSeeded,
  type Load,
  type MessagesOptions,
} from './messages.js';
import type { ProviderAnswer, ProviderQuestion } from './provider.js';
import { alternate, medianOf, sustained } from './rounds.js';
import { count, type Row } from './row.js';

export type Provider = Child<ProviderQuestion, ProviderAnswer>;

const CLIENTS = 20;

/** Texts until their last receipts are stored, against bare requests. */
export async function textsAgainstBare({ rounds, roundMs, conversations }: MessagesOptions): Promise<Row> {
  const load: Load = startChild('load');
  const provider: Provider = startChild('provider');
  const { url: providerUrl } = await provider.ask({ type: 'start' });
  const whole = product({ conversations, reached: 'text', providerUrl });
  const bare = bareServer();
  const question = { connections: CLIENTS, durationMs: roundMs };
  const texts = () =>
    whole.measured(async () => {
      const answer = await load.ask(messagesTo(whole, question, 'sms'));
      await provider.ask({ type: 'delivered', texts: answer.sent });
      return answer;
    });
  try {
    const { seeded, before } = await startSeeded(whole, texts);
    await bare.start();
    const [ours = [], bares = []] = await alternate(rounds, [texts, () => messagesRound(load, bare, question)]);
    const { figures, measured, ...row } = againstBare(ours, bares, { before, after: await whole.stop() });
    return {
      id: '3',
      what: 'processor time of a text, accepted to last receipt / bare request',
      aim: { atMost: 20 },
      ...row,
      measured: {
        ...measured,
        contactEvents: seeded.events / conversations,
        contactBytes: seeded.bytes / conversations,
      },
      figures: `${figures}; ${count(medianOf(ours, sustained))} texts/s`,
    };
  } finally {
    await Promise.all([load.stop(), provider.stop(), whole.end(), bare.end()]);
  }
}
