import { startChild, type Child } from './child.js';
import type { LoadQuestion } from './load.js';
import { count, type Row } from './row.js';
import type { ServerAnswer, ServerQuestion } from './server.js';
import { median, timed, type Measured } from './statistics.js';

export type MessagesOptions = {
  readonly rounds: number;
  readonly roundMs: number;
  readonly conversations: number;
  readonly emails: boolean;
};

export type Load = Child<LoadQuestion, Measured>;
/** The result of one round, and the seconds after it in which the followers caught up. */
type Round = Measured & { readonly catchUp: number };
type Server = { readonly child: Child<ServerQuestion, ServerAnswer>; readonly facts: ServerAnswer };

const CLIENTS_OF_A = 50;
const CLIENTS_OF_B = 200;
const FLUSH_DELAY_MS = 2;
const EMPTY = '/v1/empty/conversations';
export const PRODUCT = '/v1/conversations';

const body = JSON.stringify({
  channel: 'in-app',
  text: 'Thank you for sending Dana to us! The site visit is on Tuesday; your bonus is booked as soon as the contract is signed.',
});

/** Durable messages over HTTP against the same server's empty route. */
export async function durableAgainstEmpty(options: MessagesOptions): Promise<Row> {
  const load: Load = startChild('load');
  const server = await startServer(options, 0);
  try {
    const [empty, durable] = await alternate(options, [
      () => round(load, server, EMPTY, { connections: CLIENTS_OF_A, durationMs: options.roundMs }),
      () => round(load, server, PRODUCT, { connections: CLIENTS_OF_A, durationMs: options.roundMs }),
    ]);
    return {
      id: 'a',
      what: `durable messages / empty route, ${CLIENTS_OF_A} clients${options.emails ? ', an email for each message' : ''}`,
      ratio: medianRatio(durable, empty),
      aim: { atLeast: 0.7 },
      figures: `${rates(durable)} / ${rates(empty)}; ${untilCaughtUp(durable, options.roundMs)}`,
    };
  } finally {
    await Promise.all([load.stop(), server.child.stop()]);
  }
}

/** Durable messages on a slow disk against the same on this one. */
export async function slowFlush(options: MessagesOptions): Promise<Row> {
  const load: Load = startChild('load');
  const [plain, slow] = await Promise.all([startServer(options, 0), startServer(options, FLUSH_DELAY_MS)]);
  try {
    const [asIs, delayed] = await alternate(options, [
      () => round(load, plain, PRODUCT, { connections: CLIENTS_OF_B, durationMs: options.roundMs }),
      () => round(load, slow, PRODUCT, { connections: CLIENTS_OF_B, durationMs: options.roundMs }),
    ]);
    return {
      id: 'b',
      what: `flush ${FLUSH_DELAY_MS} ms longer / as it is, ${CLIENTS_OF_B} clients`,
      ratio: medianRatio(delayed, asIs),
      aim: { atLeast: 0.65 },
      figures: `${rates(delayed)} / ${rates(asIs)}`,
    };
  } finally {
    await Promise.all([load.stop(), plain.child.stop(), slow.child.stop()]);
  }
}

async function startServer({ conversations, emails }: MessagesOptions, flushDelayMs: number): Promise<Server> {
  const child = startChild<ServerQuestion, ServerAnswer>('server');
  return { child, facts: await child.ask({ type: 'start', conversations, emails, flushDelayMs, recordUrl: null }) };
}

export async function round(
  load: Load,
  { child, facts }: Server,
  route: string,
  { connections, durationMs }: { readonly connections: number; readonly durationMs: number },
): Promise<Round> {
  const { port, token, conversations } = facts;
  const paths = conversations.map((id) => `${route}/${id}/messages`);
  const answer = await load.ask({ port, token, paths, body, connections, durationMs });
  // The next round begins on an idle server, so that rounds do not affect each other.
  const { seconds } = await timed(() => child.ask({ type: 'settle' }));
  return { ...answer, catchUp: seconds };
}

/** Rounds of both in turn, after one warm-up of each. */
export async function alternate<One, Other>(
  { rounds }: MessagesOptions,
  [first, second]: readonly [() => Promise<One>, () => Promise<Other>],
): Promise<[One[], Other[]]> {
  const results: [One[], Other[]] = [[], []];
  await first();
  await second();
  for (let index = 0; index < rounds; index += 1) {
    results[0].push(await first());
    results[1].push(await second());
  }
  return results;
}

export const medianRatio = (rounds: readonly Measured[], others: readonly Measured[]): number =>
  median(rounds.map(({ perSecond }, index) => perSecond / (others[index]?.perSecond ?? Number.NaN)));

/** Messages per second, including the time that the followers took afterwards. */
export const untilCaughtUp = (rounds: readonly Round[], roundMs: number): string =>
  `${count(median(rounds.map(({ perSecond, catchUp }) => (perSecond * roundMs) / (roundMs + catchUp * 1_000))))}/s until followers have caught up`;

export const rates = (rounds: readonly Measured[]): string =>
  `${count(medianOf(rounds, 'perSecond'))}/s ${latencies(rounds, 1)}`;

/** One round after the other. */
export const times = (rounds: readonly Measured[]): string =>
  `${(1_000 / medianOf(rounds, 'perSecond')).toFixed(2)} ms ${latencies(rounds, 2)}`;

const medianOf = (rounds: readonly Measured[], field: keyof Measured): number =>
  median(rounds.map((round) => round[field]));

const latencies = (rounds: readonly Measured[], digits: number): string =>
  `(p50 ${medianOf(rounds, 'p50Ms').toFixed(digits)}, p99 ${medianOf(rounds, 'p99Ms').toFixed(digits)} ms)`;
