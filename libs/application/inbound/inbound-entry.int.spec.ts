import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { EnginesModule, openEmbedded } from '@app/composition';
import { EventStore, EventUnreadable, EventLog, Keyring, naturalId, type CommandContext } from '@app/eventing';
import type { InboundEvent, InboundReceived } from '@app/domain/inbound';
import { defaultPolicies } from '@app/domain/program';
import type { Recorded } from '@app/kernel';
import { loadConfiguration, PlatformModule } from '@app/platform';
import {
  ApplicationModule,
  ConsentReader,
  HandleInbound,
  HandleProgram,
  ids,
  InboundEntry,
  InboundRouter,
  NaturalKeys,
  type ArrivedText,
} from '../index.js';

const programId = naturalId('spec', 'program');
const sender = {
  senderId: ids.sender(programId, '+14155550100'),
  phone: '+14155550100',
  accountSid: 'AC1',
  authToken: 'a'.repeat(16),
  previousAuthToken: null,
};
const from = '+14155550132';
const sentAt = '2026-01-05T08:59:58.000Z';

/** The same text as the provider posts it, as it retries it, and as its list shows it. */
const told = (providerMessageId: string, body: string): Record<'posted' | 'postedAgain' | 'listed', ArrivedText> => ({
  posted: {
    providerMessageId,
    from,
    sentAt: null,
    form: { MessageSid: providerMessageId, Body: body, FromCity: 'OAKLAND' },
  },
  postedAgain: {
    providerMessageId,
    from,
    sentAt: null,
    form: { MessageSid: providerMessageId, Body: body, FromCity: 'OAKLAND', Unheard: 'of' },
  },
  listed: { providerMessageId, from, sentAt, form: { MessageSid: providerMessageId, Body: body } },
});

const systemContext = (purpose: string): CommandContext => {
  const commandId = naturalId('spec', purpose);
  return {
    programId,
    actor: { kind: 'system', id: 'spec' },
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: sentAt,
  };
};

let folder: string;
let app: TestingModule;
let entry: InboundEntry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inbound-entry-'));
  const imports = [
    PlatformModule.with(loadConfiguration({ DATA_DIR: folder })),
    EnginesModule.with(await openEmbedded(folder)),
    ApplicationModule,
  ];
  app = await (await Test.createTestingModule({ imports }).compile()).init();
  entry = app.get(InboundEntry);
  const optInText = { version: '1', text: 'Reply YES to get texts, STOP to opt out' };
  const program = { programId, name: 'Acme', policies: defaultPolicies, optInText, portalLink: '', consoleLink: '' };
  await app
    .get(CommandBus)
    .execute(new HandleProgram(programId, { type: 'CreateProgram', data: program }, systemContext('create')));
  await app
    .get(CommandBus)
    .execute(
      new HandleProgram(programId, { type: 'AddSender', data: { programId, ...sender } }, systemContext('sender')),
    );
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function stored(providerMessageId: string): Promise<Recorded<InboundEvent>[]> {
  const events: Recorded<InboundEvent>[] = [];
  for await (const event of app
    .get(EventLog)
    .read<InboundEvent>(`inbound-${ids.inbound(programId, providerMessageId)}`))
    events.push(event);
  return events;
}

const consent = async (): Promise<string> =>
  (
    await app
      .get(ConsentReader)
      .read(programId, { addressId: await app.get(NaturalKeys).address(programId, from), senderId: sender.senderId })
  ).consent.status;

const orders = [
  ['posted', 'listed'],
  ['listed', 'posted'],
  ['posted', 'postedAgain'],
  ['listed', 'listed'],
] as const;

it.each(orders)('T4 T5: %s, then %s: one text, as it was reported first', async (first, second) => {
  const text = told('SM1', 'Hello');
  await entry.accept(programId, sender, text[first]);
  await entry.accept(programId, sender, text[second]);
  const events = await stored('SM1');
  expect(events).toMatchObject([
    {
      type: 'InboundReceived',
      data: { ...text[first], senderId: sender.senderId, text: 'Hello' },
      metadata: { actor: { kind: 'provider', id: 'AC1' } },
    },
  ]);
});

it.each(orders)('T4 T5: %s and %s at the same time: one text', async (first, second) => {
  const texts = Array.from({ length: 20 }, (_, n) => told(`SM${n}`, n % 2 === 0 ? 'Hello' : 'STOP'));
  await Promise.all(
    texts.flatMap((text) => [
      entry.accept(programId, sender, text[first]),
      entry.accept(programId, sender, text[second]),
    ]),
  );
  for (const n of texts.keys()) expect(await stored(`SM${n}`)).toHaveLength(1);
  expect(await consent()).toBe('no');
});

describe('a process that dies between storing a STOP and its consent', () => {
  it.each(orders)(
    'K9 T5: %s, then %s: the opt-out is in effect before automation has handled the text',
    async (first, second) => {
      const text = told('SM1', 'STOP');
      const router = app.get(InboundRouter);
      const noteOptOut = router.noteOptOut.bind(router);
      router.noteOptOut = () => Promise.reject(new Error('The process died'));
      await expect(entry.accept(programId, sender, text[first])).rejects.toThrow('The process died');
      expect([(await stored('SM1')).length, await consent()]).toEqual([1, 'none']);
      router.noteOptOut = noteOptOut;
      await entry.accept(programId, sender, text[second]);
      expect(await consent()).toBe('no');
    },
  );

  it('K9 T5: also when another command stored the text', async () => {
    const addressId = await app.get(NaturalKeys).address(programId, from);
    const data = {
      ...told('SM1', 'STOP').posted,
      addressId,
      subjectId: addressId,
      senderId: sender.senderId,
      text: 'STOP',
    };
    const commandId = naturalId('spec', 'other command');
    const context = {
      programId,
      actor: { kind: 'provider', id: 'AC1' },
      commandId,
      correlationId: commandId,
      causationId: commandId,
      occurredAt: sentAt,
    } as const;
    await app
      .get(CommandBus)
      .execute(new HandleInbound(ids.inbound(programId, 'SM1'), { type: 'AcceptInbound', data }, context));
    await entry.accept(programId, sender, told('SM1', 'STOP').listed);
    expect(await consent()).toBe('no');
  });
});

describe('a STOP with unreadable events', () => {
  const unheard = { id: naturalId('spec', 'unheard'), type: 'Unheard.v99', data: {}, metadata: { programId } };

  it('K9, rule 13: is in effect although the owner of the number cannot be read', async () => {
    const addressId = await app.get(NaturalKeys).address(programId, from);
    await app.get(EventStore).append(`address-${addressId}`, 'no-stream', [unheard]);
    await entry.accept(programId, sender, told('SM1', 'STOP').posted);
    expect([(await stored('SM1')).length, await consent()]).toEqual([1, 'no']);
  });

  it("K9 X8, rule 13: is in effect also if the number's former owner was erased", async () => {
    const addressId = await app.get(NaturalKeys).address(programId, from);
    await app.get(EventStore).append(`address-${addressId}`, 'no-stream', [unheard]);
    await app.get(Keyring).destroy(addressId);
    await entry.accept(programId, sender, told('SM1', 'STOP').posted);
    expect([(await stored('SM1'))[0]?.data, await consent()]).toMatchObject([{ text: 'STOP' }, 'no']);
  });

  it('T5, rule 13: a text whose route cannot be read was handled, and counts as accepted', async () => {
    await entry.accept(programId, sender, told('SM1', 'STOP').posted);
    await app.get(EventStore).append(`inbound-${ids.inbound(programId, 'SM1')}`, 0, [unheard]);
    await entry.accept(programId, sender, told('SM1', 'STOP').listed);
    expect(await consent()).toBe('no');
  });

  it('K9 T5, rule 13: is in effect although its own event cannot be opened, when it is reported again', async () => {
    const addressId = await app.get(NaturalKeys).address(programId, from);
    const data = {
      ...told('SM1', 'STOP').posted,
      addressId,
      subjectId: addressId,
      senderId: sender.senderId,
      text: 'STOP',
    };
    // The process died before it noted the opt-out, and then the key of the number is missing.
    await app
      .get(CommandBus)
      .execute(
        new HandleInbound(ids.inbound(programId, 'SM1'), { type: 'AcceptInbound', data }, systemContext('accept')),
      );
    const keyring = app.get(Keyring);
    const get = keyring.get.bind(keyring);
    keyring.get = async (subjects) => new Map([...(await get(subjects))].filter(([subject]) => subject !== addressId));
    await expect(stored('SM1')).rejects.toBeInstanceOf(EventUnreadable);
    await entry.accept(programId, sender, told('SM1', 'STOP').listed);

    // The key is restored: the opt-out is in effect, and routing the text adds nothing.
    keyring.get = get;
    expect(await consent()).toBe('no');
    const [accepted] = (await stored('SM1')) as [Recorded<InboundReceived>];
    await app.get(InboundRouter).route(accepted);
    const consents: string[] = [];
    for await (const { type } of app
      .get(EventLog)
      .read(`consent-${ids.consent(programId, addressId, sender.senderId)}`))
      consents.push(type);
    expect(consents).toEqual(['OptedOut']);
  });
});
