import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { EnginesModule, openEmbedded } from '@app/composition';
import {
  ConsentReader,
  HandleConsent,
  HandleConversation,
  HandleDelivery,
  ids,
  NaturalKeys,
  system,
  Lookups,
  type DeliveryIntent,
  type ReadConsents,
} from '@app/application';
import {
  Aggregates,
  handleCommand,
  EventLog,
  Keyring,
  naturalId,
  ReadModelStore,
  type CommandContext,
} from '@app/eventing';
import { SnapshotsInMemory } from '@app/testing';
import { InboundMessages, SmsGateway, type SendOutcome } from '@app/gateways';
import { keywordOf } from '@app/domain/consent';
import { deliveryAggregate, type DeliveryEvent } from '@app/domain/delivery';
import { loadConfiguration, PlatformModule, PublicAddress } from '@app/platform';
import { deliveriesProjection, type DeliveryRow } from '@app/read-models';
import { AutomationModule } from '../../automation/src/automation.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';
import { loadSample, sample } from '@app/sample-program';
import { DeliverySender } from '../src/send/delivery-sender.js';
import { DeliveryTasks } from '../src/dispatch/delivery-tasks.js';
import { Dispatcher } from '../src/dispatch/dispatcher.js';
import { FairQueues } from '../src/dispatch/fair-queues.js';
import { NotifierModule } from '../src/notifier.module.js';

const { programId, conversationId } = sample;
const senderId = ids.sender(programId, sample.senderPhone);

let folder: string;
let app: TestingModule;
let calls: string[];
let outcomes: SendOutcome[];
/** Called after each read of consent, with its number. */
let afterRead: (read: number) => Promise<void>;

beforeEach(async () => {
  [calls, outcomes, afterRead] = [[], [], () => Promise.resolve()];
  folder = await mkdtemp(join(tmpdir(), 'dispatcher-'));
  const gateway: Pick<SmsGateway, 'send' | 'find'> = {
    send: (_account, { text }) => {
      calls.push(text);
      return Promise.resolve(outcomes.shift() ?? { kind: 'accepted', providerMessageId: `SM${calls.length}` });
    },
    find: () => Promise.resolve({ kind: 'unknown' }),
  };
  const configuration = loadConfiguration({ DATA_DIR: folder, RECONCILE_EVERY_MS: '100' });
  app = await Test.createTestingModule({
    imports: [
      PlatformModule.with(configuration, 'x'.repeat(32)),
      EnginesModule.with(await openEmbedded(folder)),
      ProjectorModule,
      PublisherModule,
      AutomationModule,
      NotifierModule,
    ],
  })
    .overrideProvider(SmsGateway)
    .useValue(gateway)
    .overrideProvider(InboundMessages)
    .useValue({ list: () => [] })
    .overrideProvider(ConsentReader)
    .useFactory({ factory: watchedReader, inject: [Aggregates, Lookups] })
    .compile();
  await app.init();
  app.get(PublicAddress).listeningOn('http://127.0.0.1:9');
  await loadSample(app.get(CommandBus), { accountSid: 'AC1', authToken: 'a'.repeat(32) });
  await heard('START');
});

afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

function watchedReader(aggregates: Aggregates, lookups: Lookups): ConsentReader {
  const watched = new ConsentReader(aggregates, lookups);
  const readFor = watched.readFor.bind(watched);
  let reads = 0;
  watched.readFor = async (...asked): Promise<ReadConsents> => {
    const answer = await readFor(...asked);
    await afterRead((reads += 1));
    return answer;
  };
  return watched;
}

const context = (purpose: string): CommandContext => {
  const commandId = naturalId('test', purpose);
  return {
    programId,
    actor: system('test'),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
};

let position = 0;
const heard = async (text: string): Promise<unknown> => {
  const addressId = await app.get(NaturalKeys).address(programId, '+14155550132');
  const [acceptedPosition, acceptedAt] = [String((position += 1)).padStart(20, '0'), new Date().toISOString()];
  const data = {
    addressId,
    subjectId: addressId,
    senderId,
    text,
    providerMessageId: `SM-${text}`,
    keyword: keywordOf(text),
    acceptedPosition,
    acceptedAt,
    sentAt: null,
  };
  return app
    .get(CommandBus)
    .execute(
      new HandleConsent(ids.consent(programId, addressId, senderId), { type: 'NoteTextReceived', data }, context(text)),
    );
};

const send = (text: string): Promise<unknown> =>
  app
    .get(CommandBus)
    .execute(
      new HandleConversation(
        conversationId,
        { type: 'SendMessage', data: { by: 'alex', channel: 'sms', text } },
        context(`send ${text}`),
      ),
    );

/** The events of the texts' deliveries, up to one of this type. */
async function deliveryUpTo(type: DeliveryEvent['type']): Promise<string[]> {
  const stop = AbortSignal.timeout(15_000);
  const seen: string[] = [];
  for await (const { events } of app
    .get(EventLog)
    .follow<DeliveryEvent>({ after: null, categories: ['delivery'], signal: stop })) {
    const texts = new Set<string>();
    for (const event of events) {
      if (event.type === 'DeliveryRequested' && event.data.channel === 'sms') texts.add(event.stream);
      if (texts.has(event.stream) || seenStreams.has(event.stream)) {
        seenStreams.add(event.stream);
        seen.push(event.type);
      }
    }
    if (seen.at(-1) === type) return seen;
  }
  throw new Error(`never came to ${type}: ${seen.join(', ')}`);
}
const seenStreams = new Set<string>();

it('T2: one claim, one call, one outcome', async () => {
  await send('Hello');
  expect(await deliveryUpTo('DeliveryAccepted')).toEqual(['DeliveryRequested', 'DeliveryClaimed', 'DeliveryAccepted']);
  expect(calls).toEqual(['Hello']);
});

it.each([
  ['before the claim is read for', 1, ['DeliveryRequested', 'DeliveryWithheld']],
  [
    'between the read for the claim and the claim',
    2,
    ['DeliveryRequested', 'DeliveryClaimed', 'DeliveryReleased', 'DeliveryWithheld'],
  ],
])('K9: a STOP %s is obeyed', async (_when, read, events) => {
  afterRead = async (number) => {
    if (number === read) await heard('STOP');
  };
  await send('Hello');
  expect(await deliveryUpTo('DeliveryWithheld')).toEqual(events);
  expect(calls).toEqual([]);
});

it('K9: the claim keeps the consent revision that was read', async () => {
  await send('Hello');
  await deliveryUpTo('DeliveryAccepted');
  const claims: (number | undefined)[] = [];
  for await (const { events } of app
    .get(EventLog)
    .follow<DeliveryEvent>({ after: null, categories: ['delivery'], signal: AbortSignal.timeout(15_000) })) {
    for (const event of events) if (event.type === 'DeliveryClaimed') claims.push(event.data.consents[0]?.revision);
    if (claims.includes(0)) break;
  }
  expect(claims.filter((revision) => revision !== undefined)).toEqual([0]);
});

it('K12: a refusal by the provider because of an opt-out revokes the consent we had', async () => {
  outcomes = [{ kind: 'refused', code: '21610', reason: 'HTTP 400' }];
  await send('Hello');
  await deliveryUpTo('DeliveryRejected');
  const consentOf = { addressId: await app.get(NaturalKeys).address(programId, '+14155550132'), senderId };
  await until(async () => (await app.get(ConsentReader).read(programId, consentOf)).consent.status === 'no');
  await expect(send('Again')).rejects.toMatchObject({ code: 'RecipientOptedOut' });
  expect(calls).toEqual(['Hello']);
});

it('T2: a back-off by the provider delays the retry, which has a new claim', async () => {
  outcomes = [{ kind: 'back-off', code: '20429', retryAfterMs: 50 }];
  await send('Hello');
  expect(await deliveryUpTo('DeliveryAccepted')).toEqual([
    'DeliveryRequested',
    'DeliveryClaimed',
    'DeliveryReleased',
    'DeliveryClaimed',
    'DeliveryAccepted',
  ]);
  expect(calls).toEqual(['Hello', 'Hello']);
});

it('M1: a released text is sent before later ones of the conversation', async () => {
  outcomes = [{ kind: 'back-off', code: '20429', retryAfterMs: 300 }];
  await send('First');
  await deliveryUpTo('DeliveryReleased');
  await send('Second');
  await deliveryUpTo('DeliveryAccepted');
  await deliveryUpTo('DeliveryAccepted');
  while (calls.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(calls).toEqual(['First', 'First', 'Second']);
});

it('T2: an uncertain text is not sent again, and the next one is sent', async () => {
  outcomes = [{ kind: 'uncertain', cause: 'ETIMEDOUT' }];
  await send('First');
  await deliveryUpTo('DeliveryUncertain');
  await send('Second');
  await deliveryUpTo('DeliveryAccepted');
  expect(calls).toEqual(['First', 'Second']);
});

async function firstTextRequested(): Promise<string> {
  for await (const { events } of app
    .get(EventLog)
    .follow<DeliveryEvent>({ after: null, categories: ['delivery'], signal: AbortSignal.timeout(15_000) }))
    for (const { type, data } of events)
      if (type === 'DeliveryRequested' && data.channel === 'sms') return data.deliveryId;
  throw new Error('no text was requested');
}

/** The dispatcher's memory. */
const retries = (): Map<string, unknown> =>
  (app.get(DeliveryTasks) as unknown as { retries: Map<string, unknown> }).retries;
const queues = (): Map<string, unknown> => (app.get(FairQueues) as unknown as { queues: Map<string, unknown> }).queues;
/** As in another notifier that has just taken over and has no retries in memory. */
const forgetRetries = (): void => {
  retries().clear();
  queues().clear();
  app.get(Dispatcher).assign(() => true);
};
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('M1: a notifier that takes over keeps the order: a text released before is sent first', async () => {
  outcomes = [{ kind: 'back-off', code: '20429', retryAfterMs: 400 }];
  await send('First');
  await deliveryUpTo('DeliveryReleased');
  forgetRetries();
  await send('Second');
  await until(() => calls.length === 3);
  expect(calls).toEqual(['First', 'First', 'Second']);
});

it('M1: a text that another notifier has claimed is sent before later ones', async () => {
  const dispatcher = app.get(Dispatcher);
  dispatcher.assign(() => false);
  await send('First');
  await deliveryUpTo('DeliveryRequested');
  const deliveryId = await firstTextRequested();
  const elsewhere = (intent: DeliveryIntent): Promise<unknown> =>
    app.get(CommandBus).execute(new HandleDelivery(deliveryId, intent, context(intent.type)));
  const claimId = `${deliveryId}.1`;
  await elsewhere({ type: 'ClaimDelivery', data: { claimId, claimedAt: new Date().toISOString(), consents: [] } });
  await send('Second');
  await deliveryUpTo('DeliveryRequested');
  dispatcher.assign(() => true);
  await until(() => retries().size > 0);
  expect(calls).toEqual([]);
  await elsewhere({ type: 'AcceptDelivery', data: { claimId, providerMessageId: 'SM-elsewhere' } });
  await until(() => calls.length === 1);
  expect(calls).toEqual(['Second']);
});

it('X8: a text that another notifier sent before its content was erased blocks nothing', async () => {
  const dispatcher = app.get(Dispatcher);
  dispatcher.assign(() => false);
  await send('First');
  await deliveryUpTo('DeliveryRequested');
  const deliveryId = await firstTextRequested();
  let row: DeliveryRow | undefined;
  await until(
    async () => ([row] = await app.get(ReadModelStore).get(deliveriesProjection, programId, [deliveryId])).length > 0,
  );
  // Another process has a memory of its own.
  const elsewhere = new Aggregates(app.get(EventLog), app.get(Keyring), new SnapshotsInMemory());
  const claimId = `${deliveryId}.1`;
  for (const intent of [
    { type: 'ClaimDelivery', data: { claimId, claimedAt: new Date().toISOString(), consents: [] } },
    { type: 'AcceptDelivery', data: { claimId, providerMessageId: 'SM-elsewhere' } },
  ] as const)
    await handleCommand(elsewhere, {
      aggregate: deliveryAggregate,
      id: deliveryId,
      intent,
      context: context(intent.type),
      prepare: (intent) => intent,
    });
  await app.get(Keyring).destroy(conversationId);
  expect(await app.get(DeliverySender).send(row as unknown as DeliveryRow, new AbortController().signal)).toEqual({
    position: null,
    isHeld: false,
  });
  expect(calls).toEqual([]);
});

it('T2: a long pause between claim and call releases the claim, since another process may have sent the text', async () => {
  const now = Date.now;
  afterRead = async (number) => {
    if (number === 3) Date.now = () => now() + 60_000;
    if (number === 4) Date.now = now;
  };
  try {
    await send('Hello');
    expect(await deliveryUpTo('DeliveryAccepted')).toEqual([
      'DeliveryRequested',
      'DeliveryClaimed',
      'DeliveryReleased',
      'DeliveryClaimed',
      'DeliveryAccepted',
    ]);
    expect(calls).toEqual(['Hello']);
  } finally {
    Date.now = now;
  }
});
