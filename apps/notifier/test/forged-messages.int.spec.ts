import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { EnginesModule, openEmbedded } from '@app/composition';
import { HandleConversation, system } from '@app/application';
import { EventLog, naturalId, TopicLog, type CommandContext } from '@app/eventing';
import { EmailGateway, InboundMessages, SmsGateway } from '@app/gateways';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { NotificationEvent } from '@app/domain/notification';
import type { ParkedEvent } from '@app/domain/parked';
import { loadConfiguration, PlatformModule, PublicAddress } from '@app/platform';
import { asTopicValue, CONVERSATIONS_TOPIC, type PublicConversationEvent } from '@app/public-events';
import { loadSample, sample } from '@app/sample-program';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { NotifierModule } from '../src/notifier.module.js';

const { programId, conversationId, contact } = sample;

let folder: string;
let app: TestingModule;
let warnings: unknown[];

/** No publisher runs: the topic holds only what the test publishes. */
beforeEach(async () => {
  warnings = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void warnings.push(line));
  folder = await mkdtemp(join(tmpdir(), 'forged-'));
  app = await Test.createTestingModule({
    imports: [
      PlatformModule.with(loadConfiguration({ DATA_DIR: folder }), 'x'.repeat(32)),
      EnginesModule.with(await openEmbedded(folder)),
      ProjectorModule,
      NotifierModule,
    ],
  })
    .overrideProvider(SmsGateway)
    .useValue({
      send: () => Promise.resolve({ kind: 'accepted', providerMessageId: 'SM1' }),
      find: () => Promise.resolve({ kind: 'unknown' }),
    })
    .overrideProvider(EmailGateway)
    .useValue({
      send: () => Promise.resolve({ kind: 'accepted', providerMessageId: 'mail' }),
      find: () => Promise.resolve({ kind: 'unknown' }),
    })
    .overrideProvider(InboundMessages)
    .useValue({ list: () => [] })
    .compile();
  await app.init();
  app.get(PublicAddress).listeningOn('http://127.0.0.1:9');
  await loadSample(app.get(CommandBus), { accountSid: 'AC1', authToken: 'a'.repeat(32) });
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
  jest.restoreAllMocks();
});

const context = (): CommandContext => {
  const commandId = naturalId('test', 'send');
  return {
    programId,
    actor: system('test'),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
};

/** The events of the notifier, up to the first one that settles a delivery. */
async function writtenUpTo(
  isLast: (event: { readonly type: string }) => boolean,
): Promise<(DeliveryEvent | NotificationEvent | ParkedEvent)[]> {
  const written: (DeliveryEvent | NotificationEvent | ParkedEvent)[] = [];
  for await (const { events } of app.get(EventLog).follow<DeliveryEvent | NotificationEvent | ParkedEvent>({
    after: null,
    categories: ['delivery', 'notification', 'parked'],
    signal: AbortSignal.timeout(15_000),
  })) {
    written.push(...events);
    if (events.some(isLast)) return written;
  }
  throw new Error('the message was not handled');
}

it('G5, N2: a topic message without a matching event requests nothing, is logged without content, and delays no other message', async () => {
  const { events } = await app
    .get(CommandBus)
    .execute(
      new HandleConversation(
        conversationId,
        { type: 'SendMessage', data: { by: 'alex', channel: 'in-app', text: 'Hello Rosa' } },
        context(),
      ),
    );
  const [sent] = events;
  if (!sent) throw new Error('nothing was sent');
  const { messageId } = sent.data as { messageId: string };
  const genuine: PublicConversationEvent = {
    id: sent.eventId,
    type: 'message.sent',
    programId,
    conversationId,
    contactId: contact.id,
    referralId: sample.secondReferralId,
    revision: sent.revision,
    occurredAt: sent.metadata.occurredAt,
    messageId,
    channel: 'in-app',
    by: 'alex',
  };
  const forged: object[] = [
    { ...genuine, programId: 'another-program' },
    { ...genuine, messageId: 'another-message' },
    { ...genuine, contactId: 'another-contact' },
    { ...genuine, id: 'another-event' },
    { ...genuine, type: 'message.received' },
    { ...genuine, type: 'message.automated', channel: 'sms', kind: 'opt-in-request' },
    { ...genuine, revision: 0 },
    { ...genuine, revision: -1 },
    { ...genuine, revision: 9_999 },
    { ...genuine, revision: 2 ** 60 },
    { ...genuine, conversationId: 'Zyxwv-personal' },
  ];
  const topics = app.get(TopicLog);
  const put = (message: object) => ({ key: conversationId, value: asTopicValue(message as PublicConversationEvent) });
  await topics.publish(CONVERSATIONS_TOPIC, [
    ...forged.map(put),
    put({ ...genuine, occurredAt: '2020-01-01T00:00:00.000Z' }),
  ]);

  const written = await writtenUpTo(({ type }) => type === 'DeliveryRequested');
  expect(written.map(({ type }) => type)).toEqual(['DeliveryRequested']);
  // Other fields of the message are not trusted either.
  expect(written[0]).toMatchObject({
    metadata: { programId },
    data: {
      messageId,
      conversationId,
      recipient: { kind: 'contact', id: contact.id },
      notBefore: sent.metadata.occurredAt,
    },
  });
  expect(warnings).toHaveLength(forged.length);
  for (const warning of warnings)
    expect(warning).toEqual({
      event: 'topic message refused',
      topic: CONVERSATIONS_TOPIC,
      why: 'the record holds no such event',
    });
});
