import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import { EnginesModule, openEmbedded } from '@app/composition';
import {
  ApplicationModule,
  ConsentReader,
  HandleProgram,
  ids,
  InboundEntry,
  NaturalKeys,
  type ArrivedText,
} from '@app/application';
import { Checkpoints, Clock, EventLog, naturalId, TemporaryFailure } from '@app/eventing';
import { InboundMessages, type ListedText, type SmsAccount } from '@app/gateways';
import type { InboundReceived } from '@app/domain/inbound';
import { defaultPolicies } from '@app/domain/program';
import { Configuration, loadConfiguration, PlatformModule } from '@app/platform';
import { MissedTexts } from '../src/inbound/missed-texts.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const OVERLAP = 10 * MINUTE;
const START = Date.UTC(2026, 0, 5, 9);
const ours = '+14155550100';

class SetClock extends Clock {
  time = START;
  now(): number {
    return this.time;
  }
}

/** A text at the provider, listed some time after it was created. */
type Text = {
  readonly sid: string;
  readonly from: string;
  readonly body: string;
  readonly createdAt: number;
  readonly listedAt: number;
};

const listed = ({ sid, from, body, createdAt }: Text, to = ours): ListedText => ({
  providerMessageId: sid,
  from,
  to,
  createdAt,
  form: { MessageSid: sid, AccountSid: 'AC1', From: from, To: to, Body: body, NumMedia: '0', NumSegments: '1' },
});

/** The text as its webhook brings it. */
const posted = (text: Text): ArrivedText => ({
  providerMessageId: text.sid,
  from: text.from,
  sentAt: null,
  form: { ...listed(text).form, SmsStatus: 'received' },
});

class Provider extends InboundMessages {
  readonly texts: Text[] = [];
  readonly elsewhere: ListedText[] = [];
  /** The `since` of each request, in minutes after the start. */
  readonly asked: number[] = [];

  constructor(private readonly clock: Clock) {
    super();
  }

  arrive(text: Partial<Text>): Text {
    const n = this.texts.length;
    const createdAt = text.createdAt ?? this.clock.now();
    const whole = {
      sid: `SM${String(n).padStart(4, '0')}`,
      from: '+14155550132',
      body: `text ${n}`,
      createdAt,
      listedAt: createdAt,
      ...text,
    };
    this.texts.push(whole);
    return whole;
  }

  async *list(_account: SmsAccount, to: string, since: Date): AsyncIterable<ListedText> {
    this.asked.push((since.getTime() - START) / MINUTE);
    await Promise.resolve();
    const all = this.texts.filter(({ listedAt }) => listedAt <= this.clock.now()).map((text) => listed(text, to));
    // One page, with older texts too.
    yield* [...all, ...this.elsewhere].sort((one, other) => other.createdAt - one.createdAt);
  }
}

/** Ends the process at once; the next one begins with what is durable. */
class Died extends TemporaryFailure {}

let folder: string;
let app: TestingModule;
let clock: SetClock;
let provider: Provider;
let programId: string;
let runs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'missed-texts-'));
  const configuration = loadConfiguration({ DATA_DIR: folder });
  app = await Test.createTestingModule({
    imports: [PlatformModule.with(configuration), EnginesModule.with(await openEmbedded(folder)), ApplicationModule],
  }).compile();
  await app.init();
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

function begin(): void {
  runs += 1;
  programId = naturalId('missed-texts', String(runs));
  clock = new SetClock();
  provider = new Provider(clock);
}
beforeEach(begin);

const sender = () => ({
  senderId: ids.sender(programId, ours),
  phone: ours,
  accountSid: 'AC1',
  authToken: 'a'.repeat(16),
  previousAuthToken: null,
});
const signal = new AbortController().signal;

/** A process. One that is killed ends before accepting that text, or right after, before it has stored that. */
function process({ diesAt = Infinity, when = 'before' as 'before' | 'after' } = {}): {
  look: () => Promise<void>;
  accepts: () => number;
} {
  const entry = app.get(InboundEntry);
  let accepts = 0;
  const accept: InboundEntry['accept'] = async (...given) => {
    if (accepts === diesAt && when === 'before') throw new Died();
    accepts += 1;
    await entry.accept(...given);
    if (accepts > diesAt) throw new Died();
  };
  const missed = new MissedTexts(
    provider,
    { accept } as InboundEntry,
    app.get(Checkpoints),
    clock,
    app.get(Configuration),
  );
  return { look: () => missed.accept({ programId, sender: sender() }, signal), accepts: () => accepts };
}

const webhook = (text: Text): Promise<void> => app.get(InboundEntry).accept(programId, sender(), posted(text));

/** The accepted texts, in the order of their positions. */
async function accepted(): Promise<InboundReceived['data'][]> {
  const eventLog = app.get(EventLog);
  const head = await eventLog.head();
  const texts: InboundReceived['data'][] = [];
  for await (const { events, position } of eventLog.follow<InboundReceived>({
    after: null,
    categories: ['inbound'],
    signal,
  })) {
    texts.push(...events.filter(({ metadata }) => metadata.programId === programId).map(({ data }) => data));
    if (head === null || position >= head) break;
  }
  return texts;
}

const sids = async (): Promise<string[]> => (await accepted()).map(({ providerMessageId }) => providerMessageId);
const consentOf = async (from: string): Promise<string> => {
  await createProgram();
  return (
    await app
      .get(ConsentReader)
      .read(programId, { addressId: await app.get(NaturalKeys).address(programId, from), senderId: sender().senderId })
  ).consent.status;
};

async function createProgram(): Promise<void> {
  const commandId = naturalId('missed-texts', programId);
  const context = {
    programId,
    actor: { kind: 'system', id: 'spec' },
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date(START).toISOString(),
  } as const;
  const optInText = { version: '1', text: 'Reply YES to get texts, STOP to opt out' };
  await app.get(CommandBus).execute(
    new HandleProgram(
      programId,
      {
        type: 'CreateProgram',
        data: { programId, name: 'Acme', policies: defaultPolicies, optInText, portalLink: '', consoleLink: '' },
      },
      context,
    ),
  );
}

it('T5: accepts texts that no webhook brought in the order of date_created, and of their ids within a second', async () => {
  for (const [sid, second] of [
    ['SMc', 3],
    ['SMb', 2],
    ['SMz', 1],
    ['SMa', 2],
    ['SMd', 9],
  ] as const)
    provider.arrive({ sid, createdAt: START - MINUTE - second * SECOND });
  await process().look();
  expect(await sids()).toEqual(['SMd', 'SMc', 'SMa', 'SMb', 'SMz']);
  expect((await accepted())[0]).toMatchObject({
    from: '+14155550132',
    text: 'text 4',
    senderId: sender().senderId,
    sentAt: new Date(START - 69 * SECOND).toISOString(),
  });
});

it('T5: leaves a text to its webhook at first, and accepts it when none came', async () => {
  const one = process();
  provider.arrive({});
  await one.look();
  clock.time += MINUTE - 1;
  await one.look();
  expect(await sids()).toEqual([]);
  clock.time += 1;
  await one.look();
  expect(await sids()).toEqual(['SM0000']);
});

it('T5: the first poll goes back a day, and each later one the overlap before the newest accepted text', async () => {
  provider.arrive({ createdAt: START - 25 * HOUR });
  await process().look();
  await process().look();
  provider.arrive({ createdAt: START - 5 * MINUTE });
  await process().look();
  clock.time += 48 * HOUR;
  await process().look();
  expect(provider.asked).toEqual([-1450, -1450, -1450, -15]);
  expect(await sids()).toEqual(['SM0001']);
});

it('T5: finds a text that appears in the list later than newer ones', async () => {
  const one = process();
  provider.arrive({ body: 'late', listedAt: START + OVERLAP });
  clock.time += 5 * MINUTE;
  provider.arrive({ body: 'newer' });
  clock.time += MINUTE;
  await one.look();
  expect(await sids()).toEqual(['SM0001']);
  clock.time = START + OVERLAP;
  await one.look();
  expect(await sids()).toEqual(['SM0001', 'SM0000']);
});

it('T5: does not look up a text again that is listed again', async () => {
  for (let n = 0; n < 5; n += 1) provider.arrive({ createdAt: START - 2 * MINUTE });
  const one = process();
  for (let looks = 0; looks < 3; looks += 1) await one.look();
  expect(one.accepts()).toBe(5);
});

it('T5: ignores texts to other numbers and accounts, and those without a sender', async () => {
  const text = { sid: 'SM1', from: '+14155550132', body: 'hello', createdAt: START - 2 * MINUTE, listedAt: 0 };
  provider.elsewhere.push(
    listed(text, '+14155550199'),
    { ...listed(text), form: { ...listed(text).form, AccountSid: 'AC2' } },
    { ...listed(text), from: '' },
  );
  await process().look();
  expect(await sids()).toEqual([]);
});

describe('T5: a process that is killed', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'at accept %i, before it or right after it: the next one loses and doubles nothing',
    async (diesAt) => {
      for (const when of ['before', 'after'] as const) {
        begin();
        const sent = ['one', 'STOP', 'three', 'four', 'five', 'six'].map((body, n) =>
          provider.arrive({ body, createdAt: START - (10 - n) * MINUTE, from: `+1415555013${n}` }),
        );
        const dying = process({ diesAt, when }).look();
        if (diesAt < sent.length) await expect(dying).rejects.toBeInstanceOf(Died);
        else await dying;
        await process().look();
        expect(await sids()).toEqual(sent.map(({ sid }) => sid));
        expect(await consentOf('+14155550131')).toBe('no');
      }
    },
  );

  it('before it has moved the checkpoint: the next one reads the same list and accepts nothing twice', async () => {
    provider.arrive({ createdAt: START - 2 * MINUTE });
    const checkpoints = app.get(Checkpoints);
    const dying = new MissedTexts(
      provider,
      app.get(InboundEntry),
      { get: (name: string) => checkpoints.get(name), set: () => Promise.reject(new Died()) } as unknown as Checkpoints,
      clock,
      app.get(Configuration),
    );
    await expect(dying.accept({ programId, sender: sender() }, signal)).rejects.toBeInstanceOf(Died);
    await process().look();
    expect(provider.asked).toEqual([-1450, -1450]);
    expect(await sids()).toEqual(['SM0000']);
  });
});

it('T5: when stopped, it does not move the checkpoint beyond what is left', async () => {
  provider.arrive({ createdAt: START - 2 * MINUTE });
  const missed = new MissedTexts(provider, app.get(InboundEntry), app.get(Checkpoints), clock, app.get(Configuration));
  await missed.accept({ programId, sender: sender() }, AbortSignal.abort());
  expect(await sids()).toEqual([]);
  await process().look();
  expect(provider.asked).toEqual([-1450, -1450]);
  expect(await sids()).toEqual(['SM0000']);
});

it('T5: a text that cannot be accepted delays only texts of its person, and the checkpoint stays before it', async () => {
  for (const [n, from] of ['+14155550141', '+14155550142', '+14155550141', '+14155550142'].entries())
    provider.arrive({ from, createdAt: START - (20 - n) * MINUTE });
  const entry = app.get(InboundEntry);
  let isBroken = true;
  const failing = {
    accept: (...given: Parameters<InboundEntry['accept']>) =>
      isBroken && given[2].providerMessageId === 'SM0000'
        ? Promise.reject(new RangeError('broken'))
        : entry.accept(...given),
  } as InboundEntry;
  const missed = new MissedTexts(provider, failing, app.get(Checkpoints), clock, app.get(Configuration));
  await expect(missed.accept({ programId, sender: sender() }, signal)).rejects.toBeInstanceOf(RangeError);
  expect(await sids()).toEqual(['SM0001', 'SM0003']);
  isBroken = false;
  await missed.accept({ programId, sender: sender() }, signal);
  expect(await sids()).toEqual(['SM0001', 'SM0003', 'SM0000', 'SM0002']);
});

it('T5: a STOP is in force as soon as it is accepted from the list', async () => {
  provider.arrive({ body: 'Stop.', from: '+14155550151', createdAt: START - 2 * MINUTE });
  await process().look();
  expect(await consentOf('+14155550151')).toBe('no');
});

it('T4 T5: a webhook at the same moment adds no second text', async () => {
  const texts = Array.from({ length: 30 }, (_, n) => provider.arrive({ createdAt: START - (90 - n) * SECOND }));
  await Promise.all([
    process().look(),
    process()
      .look()
      .catch(() => undefined),
    ...texts.map(webhook),
  ]);
  expect((await sids()).toSorted()).toEqual(texts.map(({ sid }) => sid));
});

type Step =
  | { readonly kind: 'arrive'; readonly person: number; readonly lag: number; readonly isPosted: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'die'; readonly at: number; readonly when: 'before' | 'after' };

const steps = (isOrderly: boolean): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('arrive' as const),
          person: fc.nat(2),
          lag: isOrderly ? fc.constant(0) : fc.nat(OVERLAP),
          isPosted: isOrderly ? fc.constant(false) : fc.boolean(),
        }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(300) }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'look' as const }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('die' as const),
          at: fc.nat(4),
          when: fc.constantFrom('before' as const, 'after' as const),
        }),
      },
    ),
    { maxLength: 40 },
  );

/** Runs the steps, then polls once more when everything is listed and old enough. */
async function play(played: readonly Step[]): Promise<Text[]> {
  begin();
  let running = process();
  for (const step of played) {
    if (step.kind === 'wait') clock.time += step.seconds * SECOND;
    if (step.kind === 'look') await running.look();
    if (step.kind === 'die') {
      await process(step)
        .look()
        .catch(() => undefined);
      running = process();
    }
    if (step.kind === 'arrive') {
      const text = provider.arrive({ from: `+1415555016${step.person}`, listedAt: clock.time + step.lag });
      if (step.isPosted) await webhook(text);
    }
  }
  clock.time += OVERLAP + MINUTE;
  await running.look();
  return provider.texts;
}

it('T5: each text is accepted once, with any delays, webhooks and kills', async () => {
  await fc.assert(
    fc.asyncProperty(steps(false), async (played) => {
      const texts = await play(played);
      expect((await sids()).toSorted()).toEqual(texts.map(({ sid }) => sid));
    }),
    { numRuns: 40 },
  );
});

it('T5: when the list shows texts at once, those of each person are accepted in the order in which they were sent', async () => {
  await fc.assert(
    fc.asyncProperty(steps(true), async (played) => {
      const texts = await play(played);
      expect(await sids()).toEqual(texts.map(({ sid }) => sid));
    }),
    { numRuns: 40 },
  );
});
