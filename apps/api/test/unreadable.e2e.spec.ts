import { CommandBus } from '@nestjs/cqrs';
import { HandleParked, ids, NaturalKeys, systemContext } from '@app/application';
import { EventCodec, EventStore, Keyring, naturalId, TopicLog, type StoredEvent } from '@app/eventing';
import { eventTypes } from '@app/domain';
import type { JsonObject, Message, Metadata } from '@app/kernel';
import { CONVERSATIONS_TOPIC } from '@app/public-events';
import { ParkedQueries, ProgramQueries, readModels } from '@app/read-models';
import { KeysInMemory, keyOf, noneSealed } from '@app/testing';
import { compareModel, rebuildModel, storesOf } from '../../admin/src/read-model-copies.js';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

const { programId } = sample;

let api: Api;
beforeAll(async () => {
  api = await Api.start();
  await addSecondProgram(api.standalone.app);
});
afterAll(() => api.close());

const part = <Type>(type: abstract new (...given: never[]) => Type): Type =>
  api.standalone.app.get<Type>(type as never);
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 30));
};

const metadata = (name: string): Metadata => ({
  programId,
  actor: { kind: 'contact', id: sample.contact.id },
  commandId: naturalId('unreadable', name),
  commandHash: '',
  correlationId: name,
  causationId: name,
  occurredAt: '2026-01-05T09:00:00.000Z',
  recordedAt: '2026-01-05T09:00:00.000Z',
});
const referralOf = (name: string): string => naturalId('unreadable', 'referral', name);
const conversationOf = (name: string): string => ids.conversation(programId, sample.contact.id, referralOf(name));
const about = (name: string) => ({
  conversationId: conversationOf(name),
  contactId: sample.contact.id,
  referralId: referralOf(name),
});
const received = (name: string, text: string): Message => ({
  type: 'MessageReceived',
  data: {
    ...about(name),
    messageId: naturalId('unreadable', name, text),
    channel: 'in-app',
    text,
    acceptedPosition: null,
    providerMessageId: null,
  },
});

const backup = new KeysInMemory();
/** Sealed as in another installation, whose keys are not in this keyring. */
const foreign = new EventCodec(eventTypes, backup);
const ours = (): EventCodec => new EventCodec(eventTypes, part(Keyring));
const sealed = (codec: EventCodec, event: Message, name: string): Promise<StoredEvent> =>
  codec.seal({ ...event, eventId: naturalId('unreadable', name), metadata: metadata(name) }, noneSealed);

/** A conversation whose second event is the given one, and whose third could be read without it. */
async function conversation(name: string, broken: (event: Message) => Promise<StoredEvent>): Promise<void> {
  const stream = `conversation-${conversationOf(name)}`;
  const store = part(EventStore);
  await store.append(stream, 'no-stream', [
    await sealed(ours(), { type: 'ConversationStarted', data: { ...about(name), by: null } }, `${name} start`),
  ]);
  await store.append(stream, 0, [await broken(received(name, `broken ${name}`))]);
  await store.append(stream, 1, [
    await sealed(ours(), { type: 'ConversationArchived', data: { ...about(name), by: 'anna' } }, `${name} archive`),
  ]);
}

const flipped = (stored: StoredEvent): StoredEvent => {
  const { conversationId } = stored.data['sealed'] as Record<string, string>;
  const bytes = Buffer.from(String(conversationId), 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return { ...stored, data: { ...stored.data, sealed: { conversationId: bytes.toString('base64') } } };
};

/** Each reason why an event cannot be opened, and how it is reported. */
const kinds: Readonly<
  Record<string, { readonly cause: string; readonly broken: (event: Message) => Promise<StoredEvent> }>
> = {
  'missing key': { cause: 'KeyMissing', broken: (event) => sealed(foreign, event, 'missing key') },
  'wrong key': {
    cause: 'SealBroken',
    broken: async (event) => {
      await part(Keyring).ensure(conversationOf('wrong key'));
      return sealed(foreign, event, 'wrong key');
    },
  },
  'flipped ciphertext': {
    cause: 'SealBroken',
    broken: async (event) => flipped(await sealed(ours(), event, 'flipped ciphertext')),
  },
  'broken JSON': {
    cause: 'ContentBroken',
    broken: async (event) => ({
      ...(await sealed(ours(), event, 'broken JSON')),
      data: '{"conversationId":' as unknown as JsonObject,
    }),
  },
  'unknown version': {
    cause: 'UnknownEventType',
    broken: async (event) => ({ ...(await sealed(ours(), event, 'unknown version')), type: 'MessageReceived.v99' }),
  },
};
const names = Object.keys(kinds);

const published = async (): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>();
  const stop = new AbortController();
  const handle = async (messages: readonly { key: string; value: JsonObject }[]): Promise<void> => {
    for (const { key, value } of messages) found.set(key, [...(found.get(key) ?? []), String(value['type'])]);
  };
  const consuming = part(TopicLog).consume({
    topics: [CONVERSATIONS_TOPIC],
    group: `spec ${Math.random()}`,
    signal: stop.signal,
    handle,
  });
  // Up to the last published message: this one comes last.
  const mark = naturalId('unreadable', 'mark', String(Math.random()));
  await part(TopicLog).publish(CONVERSATIONS_TOPIC, [{ key: mark, value: { type: 'mark' } }]);
  await until(async () => found.has(mark));
  stop.abort();
  await consuming;
  return found;
};

const say = (id: string, as: typeof sample.agent | typeof second.agent, text: string) =>
  api.post(`/v1/conversations/${id}/messages`, { channel: 'in-app', text }, { as });
const parked = async (): Promise<Map<string, string>> =>
  new Map((await part(ParkedQueries).all()).map(({ worker, key, cause }) => [`${worker} ${key}`, cause]));
const waitsAt = (worker: string, name: string): string => `${worker} conversation-${conversationOf(name)}`;

it('rule 13: events that cannot be opened affect nobody else, are listed with their cause, and are handled after a repair', async () => {
  await conversation('destroyed key', async (event) => {
    const stored = await sealed(ours(), event, 'destroyed key');
    await part(Keyring).destroy(conversationOf('destroyed key'));
    return stored;
  });
  for (const [name, { broken }] of Object.entries(kinds)) await conversation(name, broken);

  // A text whose number's key is missing: later texts of that number wait, and nothing else.
  const [phone, other] = ['+14155550166', '+14155550167'];
  const addressId = await part(NaturalKeys).address(programId, phone);
  const inbound = (providerMessageId: string): Message => ({
    type: 'InboundReceived',
    data: {
      providerMessageId,
      addressId,
      subjectId: addressId,
      senderId: ids.sender(programId, sample.senderPhone),
      from: phone,
      text: 'Hello',
      form: {},
      sentAt: null,
    },
  });
  await part(EventStore).append(`inbound-${ids.inbound(programId, 'SM1')}`, 'no-stream', [
    await sealed(foreign, inbound('SM1'), 'SM1'),
  ]);
  const text = (from: string, body: string) =>
    fetch(`${api.standalone.emulatorUrl}/emulator/inbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to: sample.senderPhone, body }),
    });
  await text(other, 'From another number');

  // Everything else continues: followers reach the end of the event store, and later events are shown and published.
  const mine = await say(sample.conversationId, sample.agent, 'after the broken ones');
  const theirs = await say(second.conversationId, second.agent, 'of the other program');
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect(
    (await api.get(`/v1/conversations/${sample.conversationId}/messages?position=${String(mine.body['position'])}`))
      .text,
  ).toContain('after the broken ones');
  expect(
    (
      await api.get(`/v1/conversations/${second.conversationId}/messages?position=${String(theirs.body['position'])}`, {
        as: second.agent,
      })
    ).text,
  ).toContain('of the other program');
  await until(async () => (await api.get('/v1/contacts?search=4155550167')).text.includes(other));
  const topic = await published();
  for (const id of [sample.conversationId, second.conversationId]) expect(topic.get(id)?.at(-1)).toBe('message.sent');

  // Destroyed content is erased; an event that cannot be opened is shown nowhere, and no later event of its stream is
  // published.
  expect((await api.get(`/v1/conversations/${conversationOf('destroyed key')}/messages`)).body).toMatchObject({
    documents: [{ text: null }],
  });
  expect(topic.get(conversationOf('destroyed key'))).toEqual([
    'conversation.started',
    'message.received',
    'conversation.archived',
  ]);
  await until(async () => (await parked()).size >= names.length * 4 + 1);
  const listed = await parked();
  for (const [name, { cause }] of Object.entries(kinds)) {
    for (const worker of ['publisher', 'projector inbox', 'projector thread', 'projector referrals'])
      expect([name, worker, listed.get(waitsAt(worker, name))]).toEqual([name, worker, cause]);
    expect(topic.get(conversationOf(name))).toEqual(['conversation.started']);
    expect((await api.get(`/v1/conversations/${conversationOf(name)}`)).body).toMatchObject({
      folder: 'read',
      preview: '',
    });
    const refused = await say(conversationOf(name), sample.agent, 'now');
    expect([refused.status, refused.body['code']]).toEqual([503, 'RecordUnreadable']);
  }
  expect(
    [...listed].filter(([at]) => at.includes(second.conversationId) || at.includes(conversationOf('destroyed key'))),
  ).toEqual([]);
  expect(listed.get(`automation ${addressId}`)).toBe('KeyMissing');
  // Only the version is unknown: the event may cause a command.
  expect(listed.get(waitsAt('automation', 'unknown version'))).toBe('UnknownEventType');
  expect(listed.get(waitsAt('automation', 'missing key'))).toBeUndefined();
  for (const model of readModels)
    expect([model.name, (await compareModel(storesOf(api.standalone.app), model)).firstDifference]).toEqual([
      model.name,
      null,
    ]);

  // The keys are restored.
  for (const subject of [conversationOf('missing key'), addressId]) await part(Keyring).adopt(subject, keyOf(subject));
  for (const { id, programId: ofProgram, worker, key } of await part(ParkedQueries).all())
    if (!worker.startsWith('projector'))
      await part(CommandBus).execute(
        new HandleParked(id, { type: 'RequestReplay', data: { worker, key } }, systemContext(ofProgram, 'spec')),
      );
  for (const model of readModels) await rebuildModel(storesOf(api.standalone.app), model);
  await until(
    async () =>
      ![...(await parked()).keys()].some((at) => at.includes(conversationOf('missing key')) || at.includes(addressId)),
  );

  expect((await published()).get(conversationOf('missing key'))).toEqual([
    'conversation.started',
    'message.received',
    'conversation.archived',
  ]);
  expect((await api.get(`/v1/conversations/${conversationOf('missing key')}`)).body).toMatchObject({
    folder: 'archived',
    preview: 'broken missing key',
    answers: 1,
  });
  await until(async () => (await api.get('/v1/contacts?search=4155550166')).text.includes(phone));
  expect((await say(conversationOf('missing key'), sample.agent, 'answered')).status).toBe(201);
  // An event that was not repaired is listed as before, and its rows are unchanged.
  const after = await parked();
  for (const name of names.filter((each) => each !== 'missing key'))
    expect([name, after.get(waitsAt('projector inbox', name)), after.get(waitsAt('publisher', name))]).toEqual([
      name,
      kinds[name]?.cause,
      kinds[name]?.cause,
    ]);
  await api.rest();
  for (const model of readModels)
    expect([model.name, (await compareModel(storesOf(api.standalone.app), model)).firstDifference]).toEqual([
      model.name,
      null,
    ]);
});

it('rule 13: a program whose own key is missing is reported as unreadable, and others continue', async () => {
  const broken = naturalId('unreadable', 'program');
  const store = part(EventStore);
  const created = {
    type: 'ProgramCreated',
    data: {
      programId: broken,
      name: 'Broken',
      policies: { consentMode: 'double_opt_in', replyToInbound: 'allowed' },
      optInText: { version: '1', text: 'STOP' },
      portalLink: '',
      consoleLink: '',
    },
  };
  const added = {
    type: 'SenderAdded',
    data: { programId: broken, senderId: 's', phone: '+14155550300', accountSid: 'AC3', authToken: 'a'.repeat(32) },
  };
  await store.append(`program-${broken}`, 'no-stream', [
    {
      ...(await sealed(foreign, created, 'created')),
      metadata: { ...metadata('created'), programId: broken } as unknown as JsonObject,
    },
  ]);
  await store.append(`program-${broken}`, 0, [
    {
      ...(await sealed(foreign, added, 'added')),
      metadata: { ...metadata('added'), programId: broken } as unknown as JsonObject,
    },
  ]);
  const forged = {
    as: null,
    body: 'MessageSid=SM0',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': `${'A'.repeat(27)}=` },
  } as const;
  const answer = await api.ask('POST', `/webhooks/twilio/${broken}/messages`, forged);
  expect([answer.status, answer.body['code']]).toEqual([503, 'RecordUnreadable']);
  const still = await say(second.conversationId, second.agent, 'still here');
  expect(still.status).toBe(201);
  await api.rest();
  const programs: string[] = [];
  for await (const id of part(ProgramQueries).ids()) programs.push(id);
  expect(programs.sort()).toEqual([programId, second.programId, broken].sort());
  await part(Keyring).adopt(broken, keyOf(broken));
  const mended = await api.ask('POST', `/webhooks/twilio/${broken}/messages`, forged);
  expect([mended.status, mended.body['code']]).toEqual([403, 'WebhookNotGenuine']);
});
