import { ids, Lookups, NaturalKeys, Parking } from '@app/application';
import {
  Checkpoints,
  EventCodec,
  EventStore,
  EventUnreadable,
  Keyring,
  naturalId,
  TopicLog,
  type Engines,
  type NewEvent,
  type StoredEvent,
  type TopicMessage,
} from '@app/eventing';
import { eventTypes } from '@app/domain';
import type { JsonObject, Message, Recorded } from '@app/kernel';
import type { DeliveryRequested } from '@app/domain/delivery';
import { CONVERSATIONS_TOPIC, PUBLISHER } from '@app/public-events';
import { keyOf, KeysInMemory, noneSealed, samples } from '@app/testing';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { NOTIFIER } from '../src/requests/parking-key.js';
import { NotifierBench, until } from './notifier-bench.fixture.js';
import { SWEEP } from '../src/requests/sweep-progress.js';

/** Subjects whose keys are missing at present. */
const lost = new Set<string>();
let bench: NotifierBench;
let published: TopicMessage[];
beforeEach(() => {
  lost.clear();
  published = [];
});
afterEach(() => bench.close());

/** A keyring that may lose keys, and a topic that may lose what is published. */
const losing =
  (loses: (message: TopicMessage) => boolean = () => false) =>
  (engines: Engines): Engines => {
    const get = engines.keyring.get.bind(engines.keyring);
    engines.keyring.get = async (subjects) =>
      new Map([...(await get(subjects))].filter(([subject]) => !lost.has(subject)));
    const publish = engines.topics.publish.bind(engines.topics);
    engines.topics.publish = async (topic, messages) => {
      const kept = messages.filter((message) => !loses(message));
      published.push(...messages);
      await publish(topic, kept);
    };
    return engines;
  };
const losesFirst = losing((message) => !published.some(({ value }) => value['id'] === message.value['id']));

const metadataOf = (programId: string): JsonObject => ({
  ...bench.context(programId),
  commandHash: '',
  recordedAt: new Date().toISOString(),
});
const unknownEvent = (programId: string): StoredEvent => ({
  id: crypto.randomUUID(),
  type: 'Unheard.v99',
  data: {},
  metadata: metadataOf(programId),
});

/** Appends at the end of a stream. */
async function append(stream: string, ...events: StoredEvent[]): Promise<void> {
  const store = bench.app.get(EventStore);
  const last = (await store.read(stream, 0, 1_000)).at(-1);
  await store.append(stream, last?.revision ?? 'no-stream', events);
}
const seal = (
  programId: string,
  event: Message,
  codec = new EventCodec(eventTypes, bench.app.get(Keyring)),
): Promise<StoredEvent> =>
  codec.seal(
    { ...event, eventId: crypto.randomUUID(), metadata: metadataOf(programId) } as unknown as NewEvent,
    noneSealed,
  );

const requested = async (): Promise<Recorded<DeliveryRequested>[]> =>
  (await bench.recorded<DeliveryRequested>('delivery')).filter(({ type }) => type === 'DeliveryRequested');
const sweptTo = async (position: string): Promise<boolean> =>
  ((await bench.app.get(Checkpoints).get(SWEEP)) ?? '') >= position;

it('rule 13: a text whose delivery becomes unreadable while it is sent gives its slot back', async () => {
  bench = await NotifierBench.open({
    environment: { TEXTS_AT_ONCE: '1' },
    send: async (_account, { text }) => {
      // A newer version writes to the delivery while the provider is called.
      if (text === 'first')
        for (const { stream, metadata } of await requested()) await append(stream, unknownEvent(metadata.programId));
      return { kind: 'accepted', providerMessageId: `SM ${text}` };
    },
  });
  const [acme, other] = [await bench.program('acme'), await bench.program('other')];
  await bench.textTo(acme.programId, 'first');
  await until(() => bench.texts.length === 1);
  await bench.textTo(other.programId, 'second');
  await until(() => bench.texts.length === 2, "the other program's text is sent");
  expect(bench.texts).toEqual(['first', 'second']);
});

it('K8 K9: an opt-out that cannot be opened blocks its texts, delays no other program, and takes effect when it can be', async () => {
  const first = Promise.withResolvers<void>();
  bench = await NotifierBench.open({
    send: async (_account, { text }) => {
      if (text === 'first') await first.promise;
      return { kind: 'accepted', providerMessageId: `SM ${text}` };
    },
  });
  const [acme, other] = [await bench.program('acme'), await bench.program('other')];
  const phone = '+14155560199';
  const { conversationId } = await bench.conversation(acme.programId, phone);
  await bench.write(acme.programId, conversationId, 'first');
  await until(() => bench.texts.length === 1);
  await bench.write(acme.programId, conversationId, 'second');
  await until(async () => (await requested()).length === 2, 'the second waits behind the first');

  const addressId = await bench.app.get(NaturalKeys).address(acme.programId, phone);
  const optedOut = {
    type: 'OptedOut',
    data: { ...samples.OptedOut, addressId, subjectId: 'gone', senderId: acme.senderId },
  };
  await append(
    `consent-${ids.consent(acme.programId, addressId, acme.senderId)}`,
    await seal(acme.programId, optedOut, new EventCodec(eventTypes, new KeysInMemory())),
  );
  first.resolve();
  await expect(bench.write(acme.programId, conversationId, 'third')).rejects.toBeInstanceOf(EventUnreadable);
  await bench.textTo(other.programId, 'of the other program');
  await until(() => bench.texts.length === 2);
  expect(bench.texts).toEqual(['first', 'of the other program']);

  await bench.app.get(Keyring).adopt('gone', keyOf('gone'));
  await bench.stop();
  await bench.start();
  await until(async () => (await bench.deliveryEvents()).includes('DeliveryWithheld'), 'the second is withheld');
  expect(bench.texts).toEqual(['first', 'of the other program']);
});

it('N2, rule 13: a topic message about an event that only a newer version can read is parked, and not dropped', async () => {
  bench = await NotifierBench.open();
  const [acme, other] = [await bench.program('acme'), await bench.program('other')];
  const { conversationId, contactId } = await bench.conversation(acme.programId);
  const [stream, revision] = [`conversation-${conversationId}`, 1];
  await append(stream, unknownEvent(acme.programId));
  const value = {
    id: 'newer',
    type: 'message.sent',
    conversationId,
    contactId,
    referralId: null,
    revision,
    occurredAt: new Date().toISOString(),
    messageId: 'm',
    channel: 'sms',
    by: 'anna',
  };
  await bench.app.get(TopicLog).publish(
    CONVERSATIONS_TOPIC,
    [acme.programId, other.programId].map((programId) => ({ key: conversationId, value: { ...value, programId } })),
  );
  const waits = (programId: string): Promise<boolean> =>
    bench.app.get(Parking).isWaiting(programId, { worker: NOTIFIER, key: conversationId }, { stream, revision });
  await until(() => waits(acme.programId), 'it waits');
  await bench.textTo(other.programId, 'of the other program');
  await until(() => bench.texts.length === 1);
  // It does not belong to the other program, whatever the topic says.
  expect(await waits(other.programId)).toBe(false);
});

describe('the sweep for messages that the topic has lost', () => {
  it('N2, rule 13: continues after a delivery that cannot be read', async () => {
    bench = await NotifierBench.open();
    const [acme, other] = [await bench.program('acme'), await bench.program('other')];
    await bench.textTo(acme.programId, 'first');
    await until(async () => (await bench.deliveryEvents()).includes('DeliveryAccepted'));
    for (const { stream, metadata } of await requested()) await append(stream, unknownEvent(metadata.programId));
    await bench.stop();
    await bench.start({ environment: { UNDELIVERED_AFTER_MS: '100' }, engines: losesFirst });
    await bench.textTo(other.programId, 'second');
    await until(() => bench.texts.length === 2, 'the lost text is sent');
    const head = (await bench.recorded('conversation')).at(-1)?.position ?? '';
    await until(() => sweptTo(head), 'all were checked');
    expect(bench.texts).toEqual(['first', 'second']);
  });

  it('N2, rule 13: continues after a list of parked messages that cannot be read, and loses nothing of that conversation', async () => {
    bench = await NotifierBench.open({ environment: { UNDELIVERED_AFTER_MS: '100' }, engines: losesFirst });
    const [acme, other] = [await bench.program('acme'), await bench.program('other')];
    const { conversationId } = await bench.conversation(acme.programId);
    await append(`parked-${ids.parked(acme.programId, NOTIFIER, conversationId)}`, unknownEvent(acme.programId));
    await bench.write(acme.programId, conversationId, 'first');
    await bench.textTo(other.programId, 'second');
    await until(() => bench.texts.includes('second'), "the other program's text is sent");
    const waiting = async () =>
      (await bench.app.get(Lookups).parked(acme.programId, ids.parked(acme.programId, NOTIFIER, conversationId, 1)))
        ?.waiting ?? [];
    await until(async () => (await waiting()).length === 1, 'the first is listed as parked');
    const head = (await bench.recorded('conversation')).at(-1)?.position ?? '';
    await until(() => sweptTo(head), 'all were checked again');
    expect(bench.texts).toEqual(['second']);
  });

  it('M1, rule 13: publishes nothing before messages that are parked at the publisher', async () => {
    bench = await NotifierBench.open({ environment: { UNDELIVERED_AFTER_MS: '100' }, engines: losing() });
    const [acme, other] = [await bench.program('acme'), await bench.program('other')];
    const { conversationId, contactId } = await bench.conversation(acme.programId);
    const stream = `conversation-${conversationId}`;
    const message = (text: string): Message => ({
      type: 'MessageSent',
      data: {
        ...samples.MessageSent,
        conversationId,
        contactId,
        referralId: null,
        messageId: naturalId('spec', text),
        channel: 'in-app',
        text,
        to: null,
        route: null,
      },
    });
    await append(
      stream,
      { ...(await seal(acme.programId, message('first'))), type: 'MessageSent.v99' },
      await seal(acme.programId, message('second')),
    );
    await bench.textTo(other.programId, 'of the other program');
    const head = (await bench.recorded('conversation')).at(-1)?.position ?? '';
    await until(() => sweptTo(head), 'all were checked');
    expect(
      await bench.app
        .get(Parking)
        .isWaiting(acme.programId, { worker: PUBLISHER, key: stream }, { stream, revision: 2 }),
    ).toBe(true);
    expect(published.filter(({ key }) => key === conversationId).map(({ value }) => value['type'])).toEqual([
      'conversation.started',
    ]);
    expect([bench.emails, bench.texts]).toEqual([[], ['of the other program']]);
  });
});

describe('the reconciler', () => {
  it('T7, rule 13: drops expired deliveries after many that cannot be read', async () => {
    bench = await NotifierBench.open({ apps: [ProjectorModule] });
    const UNREADABLE = 150;
    const request = (n: number): Message => {
      const deliveryId = naturalId('spec', 'delivery', String(n));
      return {
        type: 'DeliveryRequested',
        data: {
          ...samples.DeliveryRequested,
          deliveryId,
          conversationId: `c${n}`,
          expiresAt: new Date(Date.parse('2026-01-06T09:00:00.000Z') + n).toISOString(),
        },
      };
    };
    // Its program does not exist, so nothing of it is sent.
    for (let n = 0; n <= UNREADABLE; n += 1) {
      const { type, data } = request(n) as DeliveryRequested;
      await append(
        `delivery-${data.deliveryId}`,
        await seal('nobody', { type, data }),
        ...(n < UNREADABLE ? [unknownEvent('nobody')] : []),
      );
    }
    await until(
      async () => (await bench.deliveryEvents()).includes('DeliveryExpired'),
      'the one that can be read is dropped',
    );
  });

  it('T2, rule 13: does not match a text that may be of a delivery whose content cannot be opened now', async () => {
    const answers: boolean[] = [];
    bench = await NotifierBench.open({
      engines: losing(),
      send: () => Promise.resolve({ kind: 'uncertain', cause: 'ETIMEDOUT' }),
      find: async (_account, _sms, _between, isAnothers) => {
        if (lost.size > 0) answers.push(await isAnothers('SM1'));
        return { kind: 'unknown' };
      },
    });
    const { programId } = await bench.program('acme');
    const phone = '+14155560198';
    const [mine, theirs] = [await bench.conversation(programId, phone), await bench.conversation(programId, phone)];
    for (const { conversationId } of [mine, theirs]) await bench.write(programId, conversationId, 'the same');
    await until(async () => (await bench.deliveryEvents()).filter((type) => type === 'DeliveryUncertain').length === 2);
    lost.add(theirs.conversationId);
    await until(() => answers.length >= 2);
    expect(new Set(answers)).toEqual(new Set([true]));
  });
});

it('N1: a message of version 1 does not say whether there is an email; that is decided once, in a separate stream', async () => {
  bench = await NotifierBench.open();
  const { programId } = await bench.program('acme');
  const { conversationId, contactId } = await bench.conversation(programId);
  const data = { ...samples.MessageSent, conversationId, contactId, channel: 'in-app', to: null, route: null };
  const sealed = await seal(programId, { type: 'MessageSent', data });
  const { isNotified: _, ...stored } = sealed.data;
  await append(`conversation-${conversationId}`, { ...sealed, type: 'MessageSent.v1', data: stored });
  await until(() => bench.emails.length === 1, 'the email');
  expect((await bench.recorded<Message>('notification')).map(({ type }) => type)).toEqual(['NotificationDecided']);
});
