import { setTimeout as pause } from 'node:timers/promises';
import { answerParent } from './child.js';
import { Connection, requestText } from './connection.js';

/** Messages to the conversations at this rate, whatever the server does. Each text ends with its number. */
export type PacedQuestion = {
  readonly port: number;
  readonly token: string;
  readonly conversations: readonly string[];
  readonly channel: 'in-app' | 'sms';
  readonly perSecond: number;
  readonly durationMs: number;
  /** The thread is read after each so many messages. */
  readonly readAfter: number;
};
export type PacedAnswer = {
  readonly sent: number;
  /** When each was acknowledged, by its text; ms since 1970. */
  readonly acknowledgedAt: Readonly<Record<string, number>>;
  /** Times in ms since a message was due. */
  readonly acknowledged: readonly number[];
  readonly visible: readonly number[];
};

/** A server that is too slow gets this many requests at the same time; the others wait, and their time counts. */
const CONNECTIONS = 200;

answerParent(async (question: PacedQuestion): Promise<PacedAnswer> => {
  const { port, token, conversations, channel, perSecond, durationMs, readAfter } = question;
  const answer = {
    acknowledgedAt: {} as Record<string, number>,
    acknowledged: [] as number[],
    visible: [] as number[],
  };
  const sendOne = async (connection: Connection, number: number, dueAt: number): Promise<void> => {
    const conversation = conversations[Math.floor(Math.random() * conversations.length)] as string;
    const path = `/v1/conversations/${conversation}/messages`;
    const text = `Your bonus is booked as soon as the contract is signed; see you on Tuesday at the site visit. ${number}`;
    const body = JSON.stringify({ channel, text });
    const sent = JSON.parse((await connection.send(requestText({ method: 'POST', path, body }, token))).body) as Sent;
    answer.acknowledged.push(performance.now() - dueAt);
    answer.acknowledgedAt[text] = Date.now();
    if (number % readAfter !== 0) return;
    const newest = { method: 'GET', path: `${path}?order=desc&limit=5&position=${sent.position}` } as const;
    const thread = await connection.send(requestText(newest, token));
    if (!thread.body.includes(sent.messageId)) throw new Error('The thread does not show the message');
    answer.visible.push(performance.now() - dueAt);
  };
  const last = (durationMs * perSecond) / 1_000;
  const startedAt = performance.now();
  let next = 0;
  const sendInTurn = async (): Promise<void> => {
    const connection = new Connection(port);
    for (let number = next++; number < last; number = next++) {
      const dueAt = startedAt + (number * 1_000) / perSecond;
      const early = dueAt - performance.now();
      if (early > 0) await pause(early);
      await sendOne(connection, number, dueAt);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendInTurn));
  return { sent: last, ...answer };
});

type Sent = { readonly messageId: string; readonly position: string };
