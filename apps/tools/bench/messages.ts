import { startChild, type Child } from './child.js';
import type { BareOptions } from './bare.js';
import type { Request } from './connection.js';
import type { LoadAnswer, LoadQuestion } from './load.js';
import { MeasuredServer, type Stored } from './measured-server.js';
import type { PeerOptions } from './peer/main.js';
import { alternate, cpuEach, medianOf, perSecond, rates, ratioOf, sustained, type Round } from './rounds.js';
import { count, type Row } from './row.js';
import type { Reached } from './seed.js';
import type { ProductOptions } from './server.js';

export type MessagesOptions = {
  readonly rounds: number;
  readonly roundMs: number;
  readonly conversations: number;
  readonly reached: Reached;
};
export type Load = Child<LoadQuestion, LoadAnswer>;
type AnyServer = Pick<MeasuredServer<unknown>, 'address' | 'measured'>;

const CLIENTS = 50;
const CLIENTS_OF_SLOW_FLUSH = 200;
const FLUSH_DELAY_MS = 2;
const NO_PEER = 'POSTGRES_URL is not given: a PostgreSQL where the benchmark may create a database';

const TEXT =
  'Thank you for sending Dana to us! The site visit is on Tuesday; your bonus is booked as soon as the contract is signed.';

export const product = (options: ProductOptions) => new MeasuredServer<ProductOptions>('server', options);

/** The response is as long as that of a sent message. */
export const bareServer = () =>
  new MeasuredServer<BareOptions>('bare', {
    status: 201,
    body: JSON.stringify({
      messageId: '00000000-0000-0000-0000-000000000000',
      revision: 0,
      position: '00000000000000000000',
    }),
  });

/** Messages to conversations at random for this time. */
export function messagesTo(
  { address: { port, token, conversations } }: AnyServer,
  timing: Pick<LoadQuestion, 'connections' | 'durationMs'>,
  channel: 'in-app' | 'sms' = 'in-app',
): LoadQuestion {
  const requests = conversations.map((id): Request => ({
    method: 'POST',
    path: `/v1/conversations/${id}/messages`,
    body: JSON.stringify({ channel, text: TEXT }),
  }));
  return { port, token, requests, ...timing };
}

/** Such messages, and everything that follows them. */
export const messagesRound = (
  load: Load,
  server: AnyServer,
  timing: Parameters<typeof messagesTo>[1],
): Promise<Round> => server.measured(() => load.ask(messagesTo(server, timing)));

/** Durable messages of the whole product, against those of the peer stack and against bare requests. */
export async function durableMessages(options: MessagesOptions, postgresUrl: string | undefined): Promise<Row[]> {
  const { rounds, roundMs, conversations, reached } = options;
  const load: Load = startChild('load');
  const whole = product({ conversations, reached });
  const bare = bareServer();
  const peer =
    postgresUrl === undefined
      ? null
      : new MeasuredServer<PeerOptions>('peer/main', { url: postgresUrl, conversations });
  const round = (server: AnyServer) => () => messagesRound(load, server, { connections: CLIENTS, durationMs: roundMs });
  try {
    const { before } = await startSeeded(whole, round(whole));
    await Promise.all([bare.start(), peer?.start()]);
    const sides = [whole, bare, ...(peer ? [peer] : [])];
    const [ours = [], bares = [], peers = []] = await alternate(rounds, sides.map(round));
    return [
      againstPeer(ours, peers),
      {
        id: '2',
        what: 'processor time of a durable message / bare request',
        aim: { atMost: 6 },
        ...againstBare(ours, bares, { before, after: await whole.stop() }),
      },
    ];
  } finally {
    await Promise.all([load.stop(), whole.end(), bare.end(), peer?.end()]);
  }
}

/**
 * Starts a product after its contacts were stored, and again after a round, in which their rows grew to their usual
 * length. @returns what was stored each time
 */
export async function startSeeded(
  server: MeasuredServer<unknown>,
  round: () => Promise<unknown>,
): Promise<{ readonly seeded: Stored; readonly before: Stored }> {
  await server.start();
  const seeded = await server.stop();
  await server.start();
  await round();
  const before = await server.stop();
  await server.start();
  return { seeded, before };
}

function againstPeer(ours: readonly Round[], peers: readonly Round[]): Row {
  const row = {
    id: '1',
    what: `durable messages, until followers have caught up / peer stack, ${CLIENTS} clients`,
    aim: { atLeast: 6 },
  };
  const figures = `${count(medianOf(ours, sustained))}/s; under load ${rates(ours)}`;
  return peers.length === 0
    ? { ...row, result: null, figures: `${figures}; ${NO_PEER}` }
    : { ...row, result: ratioOf(ours, peers, sustained), figures: `${figures} / ${rates(peers)}` };
}

/** The processor time of a message of the product, and what else it costs, against that of a bare request. */
export function againstBare(
  ours: readonly Round[],
  bares: readonly Round[],
  { before, after }: { readonly before: Stored; readonly after: Stored },
): Pick<Row, 'result' | 'figures' | 'measured'> {
  const messages = after.messages - before.messages;
  const cpuMicros = medianOf(ours, cpuEach);
  const events = (after.events - before.events) / messages;
  const bytes = (after.bytes - before.bytes) / messages;
  return {
    result: ratioOf(ours, bares, cpuEach),
    figures: `${count(cpuMicros)} / ${count(medianOf(bares, cpuEach))} us; ${events.toFixed(1)} events, ${count(bytes)} bytes`,
    measured: { cpuMicros, events, bytes },
  };
}

/** Durable messages on a slow disk against the same on this one. */
export async function slowFlush({ rounds, roundMs, conversations, reached }: MessagesOptions): Promise<Row> {
  const load: Load = startChild('load');
  const plain = product({ conversations, reached });
  const slow = product({ conversations, reached, flushDelayMs: FLUSH_DELAY_MS });
  const round = (server: AnyServer) => () =>
    messagesRound(load, server, { connections: CLIENTS_OF_SLOW_FLUSH, durationMs: roundMs });
  try {
    await Promise.all([plain.start(), slow.start()]);
    const [asIs = [], delayed = []] = await alternate(rounds, [round(plain), round(slow)]);
    return {
      id: '10',
      what: `messages/s with a flush ${FLUSH_DELAY_MS} ms longer / as it is, ${CLIENTS_OF_SLOW_FLUSH} clients`,
      result: ratioOf(delayed, asIs, perSecond),
      aim: { atLeast: 0.8 },
      figures: `${rates(delayed)} / ${rates(asIs)}`,
    };
  } finally {
    await Promise.all([load.stop(), plain.end(), slow.end()]);
  }
}
