import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { openEmbedded } from '@app/composition';
import type { Lookups } from '@app/application';
import {
  type Clock,
  SystemClock,
  TrustedClock,
  type Document,
  type Engines,
  type EventLog,
  type PageRequest,
  type ReadModelStore,
  type Wakeup,
} from '@app/eventing';
import { noAttempts, type Lane } from '@app/domain/delivery';
import type { Holds } from '@app/domain/hold';
import { Configuration } from '@app/platform';
import { deliveriesProjection, DeliveryQueries, ReadModelReader, type DeliveryRow } from '@app/read-models';
import type { Dispatcher } from '../src/dispatch/dispatcher.js';
import { dispatcherOf } from '../src/dispatch/dispatcher.fixture.js';
import type { DueQueue } from '../src/dispatch/due-queue.js';
import type { FairQueues } from '../src/dispatch/fair-queues.js';
import type { OrderedSender, Rest } from '../src/send/ordered-sender.js';
import { reconcilerOf } from '../src/reconcile/reconciler.fixture.js';
import { Roads } from '../src/dispatch/roads.js';
import { until } from './notifier-bench.fixture.js';

const HOUR_MS = 3_600_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

let folder: string;
let engines: Engines;
/** Number of rows that were read in pages. */
let read: number;
let count = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backlog-'));
  engines = await openEmbedded(folder);
  await engines.readModels.prepare(deliveriesProjection);
  [read, count] = [0, 0];
});
afterEach(async () => {
  await engines.close();
  await rm(folder, { recursive: true });
});

function row(changes: Partial<DeliveryRow> = {}): DeliveryRow {
  count += 1;
  const conversationId = changes.conversationId ?? `c${count}`;
  return {
    id: `d${String(count).padStart(7, '0')}`,
    programId: 'p1',
    queue: 'p1 sms s1 1',
    channel: 'sms',
    lane: 'person',
    messageId: `m${count}`,
    conversationId,
    orderingKey: `${conversationId} rita sms`,
    addressee: `a${count}`,
    order: String(count).padStart(10, '0'),
    recipient: { kind: 'contact', id: 'rita' },
    status: 'requested',
    notBefore: inMs(-1_000),
    expiresAt: inMs(24 * HOUR_MS),
    claimId: null,
    claimedAt: null,
    attempts: noAttempts,
    reason: null,
    refusedSenderId: null,
    ...changes,
  };
}

async function store(rows: readonly DeliveryRow[]): Promise<void> {
  const from = await engines.checkpoints.get(deliveriesProjection.name);
  const to = String(Number(from ?? 0) + 1).padStart(10, '0');
  await engines.readModels.write(
    deliveriesProjection,
    rows.map((document) => ({ document, position: to })),
    { from, to },
  );
}

/** Counts the rows of each page, and the extra row that shows whether there is a next page. */
const counted = (): ReadModelStore =>
  Object.assign(Object.create(engines.readModels) as ReadModelStore, {
    page: async (model: typeof deliveriesProjection, request: PageRequest) => {
      const page = await engines.readModels.page(model, request);
      read += page.documents.length + (page.next === null ? 0 : 1);
      return page;
    },
    get: (
      model: typeof deliveriesProjection,
      programId: string,
      ids: readonly string[],
    ): Promise<readonly Document[]> => engines.readModels.get(model, programId, ids),
  });

type Running = {
  readonly worked: string[];
  readonly dispatcher: Dispatcher;
  readonly queues: FairQueues;
  wake(): void;
  end(): Promise<void>;
};

/** A dispatcher on the stored rows, without an event store; `work` gives the result for each ordering key. */
function dispatch({
  work = () => Promise.resolve({ kind: 'nothing' }),
  holds = {},
  owns = () => true,
  settings = {},
  clock = new SystemClock(),
}: {
  work?: () => Promise<Rest>;
  holds?: Holds;
  owns?: (conversationId: string) => boolean;
  settings?: Partial<Configuration>;
  clock?: Clock;
} = {}): Running {
  const worked: string[] = [];
  const eventLog = {
    head: () => Promise.resolve(null),
    // eslint-disable-next-line require-yield
    async *follow({ signal }: { signal: AbortSignal }) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  } as unknown as EventLog;
  const program = { senders: [{ senderId: 's1', accountSid: 'AC1' }], credentials: 1 };
  const lookups = {
    program: () => Promise.resolve(program),
    holds: () => Promise.resolve(holds),
  } as unknown as Lookups;
  const sender = {
    send: (_queue: string, orderingKey: string) => {
      worked.push(orderingKey.split(' ')[0] ?? '');
      return work();
    },
  } as unknown as OrderedSender;
  const { dispatcher, queues } = dispatcherOf({
    eventLog,
    deliveries: new DeliveryQueries(new ReadModelReader(counted())),
    roads: new Roads(lookups),
    sender,
    clock,
    settings,
  });
  const stop = new AbortController();
  const running = dispatcher.run(stop.signal);
  dispatcher.assign(owns);
  return {
    worked,
    dispatcher,
    queues,
    wake: () => (dispatcher as unknown as { wakeup: Wakeup }).wakeup.wake(),
    end: () => {
      stop.abort();
      return running;
    },
  };
}

const FEW = 100;
const MANY = 100_000;
const waiting = (much: number, changes: Partial<DeliveryRow>): DeliveryRow[] =>
  Array.from({ length: much }, () => row(changes));

describe.each([
  ['postponed', { notBefore: inMs(HOUR_MS) }, {}],
  [
    'held',
    { queue: 'p2 sms s1 33' },
    {
      holds: {
        'country s1 33': {
          scope: { kind: 'country', senderId: 's1', country: '33' },
          code: '21408',
          credentials: 1,
          since: inMs(0),
          nextTryAt: inMs(HOUR_MS),
          pauseMs: HOUR_MS,
        },
      } as Holds,
    },
  ],
  ['sent already', { status: 'accepted' }, {}],
] as const)('finding what is due among many that are %s', (_what, changes, options) => {
  /** Number of rows read until three due ones were found, and then in another round. */
  async function reads(much: number): Promise<number[]> {
    await store([...waiting(much, changes), ...[1, 2, 3].map((n) => row({ conversationId: `due${n}` }))]);
    const { worked, dispatcher, end } = dispatch(options);
    await until(() => worked.length === 3, 'all three are found');
    const first = read;
    await store([row({ conversationId: 'later' })]);
    dispatcher.assign(() => true);
    await until(() => worked.includes('later'), 'the next one is found');
    await end();
    return [first, read - first];
  }

  it(`T2: reads as many rows among ${MANY} as among ${FEW}`, async () => {
    const few = await reads(FEW);
    await engines.close();
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'backlog-'));
    engines = await openEmbedded(folder);
    await engines.readModels.prepare(deliveriesProjection);
    read = 0;
    expect(await reads(MANY)).toEqual(few);
    expect(Math.max(...few)).toBeLessThan(30);
  }, 60_000);
});

describe('deliveries of conversations that other processes own', () => {
  it('T2: the rows of other processes are skipped once, and not read again in later rounds', async () => {
    const owns = (conversationId: string): boolean => conversationId.startsWith('mine');
    await store([...waiting(5_000, {}), row({ conversationId: 'mine1' })]);
    const { worked, queues, wake, end } = dispatch({ owns });
    await until(() => worked.length === 1, 'the own one is found');
    const first = read;
    const { queue } = queues as unknown as { queue(id: string): DueQueue };
    for (let n = 2; n < 12; n += 1) {
      queue.call(queues, 'p1 sms s1 1').add(row({ conversationId: `mine${n}` }));
      wake();
      await until(() => worked.length === n, 'the next one is worked on');
    }
    await end();
    expect(read - first).toBe(0);
    expect(worked).toEqual(Array.from({ length: 11 }, (_, n) => `mine${n + 1}`));
  });

  it('T2: with a slow account, only as many rows are read as are needed next', async () => {
    const slow = Promise.withResolvers<Rest>();
    await store(waiting(5_000, {}));
    const { worked, wake, end } = dispatch({ work: () => slow.promise });
    await until(() => worked.length === 10, 'the account has taken its slots');
    for (let n = 0; n < 50; n += 1) {
      wake();
      await new Promise(setImmediate);
    }
    expect(read).toBeLessThan(250);
    slow.resolve({ kind: 'nothing' });
    await until(() => worked.length === 5_000, 'all are worked on in the end');
    expect(new Set(worked).size).toBe(5_000);
    await end();
  });
});

it('T2: a failed delivery is retried after its pause, also when the clock was an hour fast and is set right meanwhile', async () => {
  let fast = HOUR_MS;
  const ticks = performance.now.bind(performance);
  let passed = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => ticks() + passed);
  await store([row({ conversationId: 'failing' })]);
  let fails = true;
  const work = (): Promise<Rest> =>
    fails ? Promise.reject(new TypeError('a defect')) : Promise.resolve({ kind: 'nothing' });
  const { worked, wake, end } = dispatch({ work, clock: { now: () => Date.now() + fast } });
  await until(() => worked.length === 1, 'it is tried');
  await new Promise(setImmediate);
  [fails, fast, passed] = [false, 0, 11_000];
  wake();
  await until(() => worked.length === 2, 'it is tried again');
  await end();
  jest.restoreAllMocks();
});

describe('the order in which deliveries are started', () => {
  it('T2: a text that a person wrote goes before automated ones', async () => {
    const lane = (name: Lane, n: number): DeliveryRow => row({ lane: name, conversationId: `${name}${n}` });
    await store([lane('opt-in-request', 1), lane('opt-in-request', 2), lane('opt-in-request', 3)]);
    const answers: ((rest: Rest) => void)[] = [];
    const { worked, dispatcher, end } = dispatch({
      work: () => new Promise((resolve) => answers.push(resolve)),
      settings: { TEXTS_AT_ONCE_PER_ACCOUNT: 1 },
    });
    await until(() => worked.length === 1, 'the slot is taken');
    await store([lane('person', 1), lane('person', 2)]);
    dispatcher.assign(() => true);
    for (let n = 2; n <= 5; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answers.shift()?.({ kind: 'nothing' });
      await until(() => worked.length >= n, 'the next one');
    }
    answers.shift()?.({ kind: 'nothing' });
    await end();
    expect(worked).toEqual(['opt-in-request1', 'person1', 'person2', 'opt-in-request2', 'opt-in-request3']);
  });

  it('T2: an ordering key with a long backlog gives its slot to another after a few deliveries', async () => {
    await store([row({ conversationId: 'fat' }), row({ conversationId: 'thin' })]);
    let pieces = 0;
    const work = (): Promise<Rest> =>
      Promise.resolve((pieces += 1) > 6 ? { kind: 'nothing' } : { kind: 'more', position: null });
    const { worked, end } = dispatch({ work, settings: { TEXTS_AT_ONCE_PER_ACCOUNT: 1 } });
    await until(() => worked.length >= 4, 'both have had their turn');
    await end();
    expect(worked.slice(0, 4)).toEqual(['fat', 'thin', 'fat', 'thin']);
  });

  it('T2: fairness: of 1,000 due texts of one program and one of another, the other’s is among the first', async () => {
    await store([...waiting(1_000, {}), row({ programId: 'p2', queue: 'p2 sms s1 1', conversationId: 'other' })]);
    const { worked, end } = dispatch({ settings: { TEXTS_AT_ONCE: 1 } });
    await until(() => worked.includes('other'), 'the other is worked on');
    await end();
    expect(worked.indexOf('other')).toBeLessThan(5);
  });
});

describe('reconciling', () => {
  async function readsOfARound(much: number): Promise<number> {
    const uncertain = { status: 'uncertain', claimId: 'd.1' } as const;
    await store([
      ...waiting(much, {}),
      ...waiting(much, { notBefore: inMs(HOUR_MS) }),
      ...waiting(much, { ...uncertain, claimedAt: inMs(-25 * HOUR_MS) }),
      row({ status: 'claimed', claimId: 'd.1', claimedAt: inMs(-HOUR_MS) }),
      row({ ...uncertain, claimedAt: inMs(-HOUR_MS) }),
      row({ expiresAt: inMs(-1) }),
    ]);
    read = 0;
    const commands: string[] = [];
    const bus = {
      execute: ({ intent: { type } }: { intent: { type: string } }) => {
        commands.push(type);
        return Promise.resolve({ position: null });
      },
    } as unknown as CommandBus;
    const eventLog = { head: () => Promise.resolve('1') } as unknown as EventLog;
    const lookups = { delivery: () => Promise.resolve({ status: 'none' }) } as unknown as Lookups;
    const reconciler = reconcilerOf({
      commands: bus,
      eventLog,
      deliveries: new DeliveryQueries(new ReadModelReader(counted())),
      lookups,
      configuration: new Configuration(),
      clock: new SystemClock(),
      trustedClock: new TrustedClock(new SystemClock(), []),
    });
    const stop = new AbortController();
    const running = reconciler.run(stop.signal);
    await until(() => commands.length === 2, 'both are settled');
    stop.abort();
    await running;
    expect(commands).toEqual(['ExpireDelivery', 'DoubtDelivery']);
    return read;
  }

  it(`T2: a round reads as many rows among ${MANY} as among ${FEW}`, async () => {
    const few = await readsOfARound(FEW);
    await engines.close();
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'backlog-'));
    engines = await openEmbedded(folder);
    await engines.readModels.prepare(deliveriesProjection);
    expect(await readsOfARound(MANY / 3)).toBe(few);
    expect(few).toBeLessThan(20);
  }, 60_000);
});
