import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { EnginesModule, openEmbedded } from '@app/composition';
import {
  Aggregates,
  EventStore,
  handleCommand,
  isOpened,
  EventLog,
  KeyLost,
  Keyring,
  naturalId,
  type CommandContext,
  type CommandResult,
  type Followable,
} from '@app/eventing';
import { ERASED, type Message, type Position, type Recorded } from '@app/kernel';
import { contactAggregate, noDetails, type ContactDetails } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import { claimIdOf } from '@app/domain/delivery';
import { defaultPolicies } from '@app/domain/program';
import { loadConfiguration, PlatformModule } from '@app/platform';
import { readModels } from '@app/read-models';
import { LostKeys, samples } from '@app/testing';
import { CountingStore } from '@app/testing';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { HandleDelivery } from '../delivery/delivery.command.js';
import { HandleParked } from '../parking/parked.handler.js';
import { HandleProgram } from '../program/program.handler.js';
import {
  ApplicationModule,
  Automation,
  ConsentReader,
  ids,
  InboundEntry,
  Lookups,
  NaturalKeys,
  Parking,
  type ParkingWorker,
} from '../index.js';

const programId = naturalId('spec', 'program');
const sender = {
  senderId: ids.sender(programId, '+14155550100'),
  phone: '+14155550100',
  accountSid: 'AC1',
  authToken: 'a'.repeat(16),
  previousAuthToken: null,
};
const phone = '+14155550132';
const rita: ContactDetails = {
  ...noDetails,
  name: 'Rita',
  phones: [phone],
  emails: [],
  externalId: null,
  contactType: 'referrer',
  registered: true,
  active: true,
};
const general = ids.conversation(programId, 'rita', null);

let folder: string;
let app: TestingModule;
let reads: string[];
let followed: Position | null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lost-keys-'));
  followed = null;
  await open();
  const optInText = { version: '1', text: 'Reply YES to get texts, STOP to opt out' };
  await execute(
    new HandleProgram(
      programId,
      {
        type: 'CreateProgram',
        data: { programId, name: 'Acme', policies: defaultPolicies, optInText, portalLink: '', consoleLink: '' },
      },
      context('program'),
    ),
  );
  await execute(new HandleProgram(programId, { type: 'AddSender', data: { programId, ...sender } }, context('sender')));
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const data = (): string => join(folder, 'data');
async function open(): Promise<void> {
  reads = [];
  const engines = await openEmbedded(data());
  for (const model of readModels) await engines.readModels.prepare(model);
  const imports = [
    PlatformModule.with(loadConfiguration({ DATA_DIR: data() })),
    EnginesModule.with({ ...engines, eventStore: new CountingStore(engines.eventStore, reads) }),
    ApplicationModule,
  ];
  app = await (await Test.createTestingModule({ imports }).compile()).init();
}
/** Another process, with the keys of a backup. */
async function restart(keys: string): Promise<void> {
  await app.close();
  cpSync(join(folder, keys), join(data(), 'keys.db'));
  await open();
}
async function backUp(keys: string): Promise<void> {
  await app.close();
  cpSync(join(data(), 'keys.db'), join(folder, keys));
  await open();
}

const context = (purpose: string): CommandContext => {
  const commandId = naturalId('spec', purpose);
  return {
    programId,
    actor: { kind: 'staff', id: 'anna' },
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: '2026-01-05T09:00:00.000Z',
  };
};
const execute = (command: Parameters<CommandBus['execute']>[0]): Promise<CommandResult> =>
  app.get(CommandBus).execute(command) as Promise<CommandResult>;
const createRita = (purpose = 'rita'): Promise<CommandResult> =>
  execute(new HandleContact('rita', { type: 'CreateContact', data: rita }, context(purpose)));
const rename = (name: string): Promise<CommandResult> =>
  execute(new HandleContact('rita', { type: 'ChangeContact', data: { changes: { name } } }, context(name)));
const startConversation = (): Promise<CommandResult> =>
  execute(
    new HandleConversation(
      general,
      { type: 'StartConversation', data: { conversationId: general, contactId: 'rita', referralId: null, by: null } },
      context('start'),
    ),
  );
const write = (text: string): Promise<CommandResult> =>
  execute(
    new HandleConversation(
      general,
      { type: 'SendMessage', data: { by: 'anna', channel: 'in-app', text } },
      context(text),
    ),
  );
const accept = (n: number, text: string): Promise<void> =>
  app.get(InboundEntry).accept(programId, sender, {
    providerMessageId: `SM${n}`,
    from: phone,
    sentAt: null,
    form: { MessageSid: `SM${n}`, Body: text },
  });
const isKnown = async (subject: string): Promise<boolean> => (await app.get(Keyring).get([subject])).has(subject);
const addressOfRita = (): Promise<string> => app.get(NaturalKeys).address(programId, phone);
const consent = async (): Promise<string> =>
  (await app.get(ConsentReader).read(programId, { addressId: await addressOfRita(), senderId: sender.senderId }))
    .consent.status;
async function eventsOf<Event extends Message>(stream: string): Promise<Recorded<Event>[]> {
  const events: Recorded<Event>[] = [];
  for await (const event of app.get(EventLog).read<Event>(stream)) events.push(event);
  return events;
}
const texts = async (): Promise<unknown[]> =>
  (await eventsOf<ConversationEvent>(`conversation-${general}`)).flatMap(({ data }) =>
    'text' in data ? [data.text] : [],
  );

const worker = (): ParkingWorker<Followable> => ({
  name: 'automation',
  keyOf: (event) => Automation.keysOf(event)[0] ?? event.stream,
  sourceOf: ({ stream, revision }) => ({ programId, stream, revision }),
  read: (event) => event as Recorded<Message>,
  handle: (event) => app.get(Automation).react(event),
  onParked: () => undefined,
});
/** What automation does with the events that it has not handled yet. */
async function automate(): Promise<void> {
  const eventLog = app.get(EventLog);
  for (let head = await eventLog.head(); head !== followed; head = await eventLog.head())
    for await (const { all, position } of eventLog.follow({
      after: followed,
      categories: Automation.categories,
      signal: new AbortController().signal,
    })) {
      for (const event of all.filter(Automation.concerns)) await app.get(Parking).handle(worker(), event);
      followed = position;
      if (head === null || position >= head) break;
    }
}
const waiting = async (): Promise<(readonly [stream: string, cause: string])[]> => {
  const parkedId = ids.parked(programId, 'automation', await addressOfRita());
  const parked = await app.get(EventStore).read(`parked-${parkedId}`, 0, 100);
  const still = (await app.get(Lookups).parked(programId, parkedId))?.waiting ?? [];
  return still.map(
    ({ stream }) =>
      [
        stream,
        String(
          parked.find(
            ({ type, data }) => type === 'MessageParked.v1' && (data['source'] as { stream: string }).stream === stream,
          )?.data['cause'],
        ),
      ] as const,
  );
};
async function replay(): Promise<void> {
  const key = await addressOfRita();
  const { events } = await execute(
    new HandleParked(
      ids.parked(programId, 'automation', key),
      { type: 'RequestReplay', data: { worker: 'automation', key } },
      context(`replay ${Math.random()}`),
    ),
  );
  await app.get(Parking).replays(worker()).handle(events);
}

it('rule 6: with an older backup of the keys, subjects missing in it get no new key, and the newest backup restores everything', async () => {
  await backUp('older.db');
  await createRita();
  await startConversation();
  await write('first');
  await backUp('newest.db');
  await restart('older.db');

  // Nothing about them was read before: the first decision is to create them.
  await expect(createRita('again')).rejects.toMatchObject({ name: 'KeyMissing' });
  await expect(write('second')).rejects.toMatchObject({ name: 'KeyMissing' });
  expect([await isKnown('rita'), await isKnown(general)]).toEqual([false, false]);
  // Others are not affected.
  await execute(new HandleContact('ron', { type: 'CreateContact', data: { ...rita, name: 'Ron' } }, context('ron')));
  expect(await isKnown('ron')).toBe(true);

  await restart('newest.db');
  await rename('Rita B');
  await write('second');
  expect([await texts(), (await eventsOf('contact-rita')).map(({ data }) => (data as ContactDetails).name)]).toEqual([
    ['first', 'second'],
    ['Rita', 'Rita B'],
  ]);
});

it('rule 6: a process that has folded a stream appends nothing to it while its key is lost', async () => {
  await createRita();
  await startConversation();
  await write('first');
  const keys = new LostKeys(app.get(Keyring));
  for (const subject of ['rita', general]) keys.lose(subject);
  const head = await app.get(EventLog).head();
  await expect(write('second')).rejects.toThrow(KeyLost);
  await expect(rename('Rita B')).rejects.toThrow(KeyLost);
  expect([await app.get(EventLog).head(), keys.made]).toEqual([head, new Map()]);
  keys.restore();
  await write('second');
  await rename('Rita B');
  expect([await texts(), (await eventsOf('contact-rita')).map(({ data }) => (data as ContactDetails).name)]).toEqual([
    ['first', 'second'],
    ['Rita', 'Rita B'],
  ]);
});

it('rule 6: the first key of a subject costs one read of its own stream, later ones none', async () => {
  await createRita();
  await startConversation();
  reads.length = 0;
  await write('first');
  // Contact and program are read for each message.
  const each = ['contact-rita', `program-${programId}`];
  expect(reads).toEqual([...each, `conversation-${general}`]);
  await write('second');
  expect(reads).toEqual([...each, `conversation-${general}`, ...each]);
});

it('rule 6: several first events of one append, and concurrent first ones, have one key', async () => {
  const created = { type: 'ContactCreated', data: { ...rita, contactId: 'ron', addressIds: [] } } as const;
  const changed = {
    type: 'ContactDetailsChanged',
    data: { ...rita, name: 'Ron B', contactId: 'ron', addressIds: [], formerAddressIds: [] },
  } as const;
  const both = { ...contactAggregate, decide: () => [created, changed] };
  await handleCommand(app.get(Aggregates), {
    aggregate: both,
    id: 'ron',
    intent: { type: 'Both', data: {} },
    context: context('both'),
    prepare: () => ({ type: 'EraseContact', data: { by: 'o' } }) as const,
  });
  expect((await eventsOf('contact-ron')).map(({ data }) => (data as ContactDetails).name)).toEqual(['Rita', 'Ron B']);

  await createRita();
  await startConversation();
  const all = Array.from({ length: 10 }, (_, n) => `text ${n}`);
  await Promise.all(all.map(write));
  expect((await texts()).toSorted()).toEqual(all);
});

const [yes, stop] = [`inbound-${ids.inbound(programId, 'SM2')}`, `inbound-${ids.inbound(programId, 'SM3')}`];
const askForYes = async (): Promise<void> => {
  const consentId = ids.consent(programId, await addressOfRita(), sender.senderId);
  const evidence = { wording: 'Text me', wordingVersion: '1', source: 'https://example.com', tickedAt: null };
  await execute(
    new HandleConsent(
      consentId,
      {
        type: 'RequestOptIn',
        data: { contactId: 'rita', phone: null, referralId: null, purpose: 'conversational', evidence },
      },
      context('form'),
    ),
  );
  await automate();
};

it('M1, K2, K9, rule 13: a text into a conversation whose key is lost waits, its YES or STOP does not, and a replay stores it once', async () => {
  await createRita();
  await accept(1, 'Hello');
  await automate();
  await askForYes();
  const before = await texts();
  expect(before).toEqual(['Hello', 'Reply YES to get texts, STOP to opt out']);

  const keys = new LostKeys(app.get(Keyring));
  keys.lose(general);
  await accept(2, 'YES');
  await automate();
  expect(await consent()).toBe('yes');
  await accept(3, 'STOP');
  expect(await consent()).toBe('no');
  await automate();
  expect(await waiting()).toEqual([
    [yes, 'KeyLost'],
    [stop, 'BehindParked'],
  ]);
  await replay();
  expect([await waiting(), keys.made]).toEqual([
    [
      [yes, 'KeyLost'],
      [stop, 'BehindParked'],
    ],
    new Map(),
  ]);

  keys.restore();
  await replay();
  await replay();
  expect([await waiting(), await texts(), await consent()]).toEqual([[], [...before, 'YES', 'STOP'], 'no']);
});

it('M1, K9, rule 13: a process started with an older backup of the keys notes a STOP at once, and the rest after the newest is restored', async () => {
  await createRita();
  await accept(1, 'Hello');
  await backUp('older.db');
  await automate();
  await askForYes();
  const before = await texts();
  await backUp('newest.db');
  await restart('older.db');

  await accept(2, 'YES');
  await automate();
  expect(await consent()).toBe('pending');
  await accept(3, 'STOP');
  expect(await consent()).toBe('no');
  await automate();
  expect([await waiting(), await isKnown(general)]).toEqual([
    [
      [yes, 'KeyMissing'],
      [stop, 'BehindParked'],
    ],
    false,
  ]);

  await restart('newest.db');
  await replay();
  await replay();
  expect([await waiting(), await texts(), await consent()]).toEqual([[], [...before, 'YES', 'STOP'], 'no']);
});

it('K9: a text whose number has lost its key is still accepted, and its STOP is noted', async () => {
  await createRita();
  await accept(1, 'Hello');
  await automate();
  const keys = new LostKeys(app.get(Keyring));
  keys.lose(await addressOfRita());
  await accept(2, 'STOP');
  expect(await consent()).toBe('no');
  expect([...keys.made.keys()]).toEqual([await addressOfRita()]);
});

it("K12: a provider's report about a text counts while the contact's key is lost, without its personal form", async () => {
  await createRita();
  const deliveryId = naturalId('spec', 'delivery');
  const claimId = claimIdOf(deliveryId, 1);
  const deliver = (intent: ConstructorParameters<typeof HandleDelivery>[1]): Promise<CommandResult> =>
    execute(new HandleDelivery(deliveryId, intent, context(JSON.stringify(intent))));
  const receipt = (status: string, errorCode: string | null) =>
    deliver({
      type: 'NoteReceipt',
      data: { claimId, providerMessageId: 'SM1', status, errorCode, form: { To: phone } },
    });
  await deliver({
    type: 'RequestDelivery',
    data: {
      ...samples.DeliveryRequested,
      deliveryId,
      recipient: { kind: 'contact', id: 'rita' },
      notBefore: '2026-01-05T09:00:00.000Z',
    },
  });
  await deliver({ type: 'ClaimDelivery', data: { claimId, claimedAt: '2026-01-05T09:00:00.000Z', consents: [] } });
  await deliver({ type: 'AcceptDelivery', data: { claimId, providerMessageId: 'SM1' } });
  const keys = new LostKeys(app.get(Keyring));
  keys.lose('rita');
  await receipt('sent', null);
  await receipt('undelivered', '21610');
  const receipts = (await eventsOf(`delivery-${deliveryId}`)).filter(isOpened).slice(3);
  expect(receipts.map(({ data }) => data)).toMatchObject([
    { status: 'sent', form: ERASED },
    { status: 'undelivered', errorCode: '21610', form: ERASED },
  ]);
  expect(keys.made).toEqual(new Map());
});
