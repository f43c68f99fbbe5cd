import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { buildSchema, type GraphQLSchema } from 'graphql';
import PostalMime from 'postal-mime';
import { ErasePerson, systemContext } from '@app/application';
import { EventLog, Keyring, Progress, ReadModelStore, TopicLog } from '@app/eventing';
import { CONVERSATIONS_TOPIC } from '@app/public-events';
import type { Identity } from '@app/platform';
import { InboxQueries, readModels } from '@app/read-models';
import { sample } from '@app/sample-program';
import { Api, expectProblem, MARKER, NOBODY, type Answer } from './api.fixture.js';
import { fieldOf, operationRequest } from './operations.fixture.js';

let api: Api;
let schema: GraphQLSchema;
beforeAll(async () => {
  api = await Api.start();
  schema = buildSchema(api.standalone.graphqlSchema());
});
afterAll(() => api.close());

const { agent, manager, owner, reader, viewer, contact } = sample;
const url = `/v1/conversations/${sample.conversationId}`;
const add = (body: unknown, as: Identity = agent, path = url): Promise<Answer> =>
  api.post(`${path}/notes`, body, { as });

type Entry = Readonly<Record<string, unknown>>;
const list = ({ body }: Answer): readonly Entry[] => body['documents'] as readonly Entry[];
const newestNoteFor = async (as: Identity): Promise<readonly Entry[]> =>
  list(await api.get(`${url}/messages`, { as }))
    .filter(({ kind }) => kind === 'note')
    .slice(-1);

type Mail = { readonly to: string; readonly text: string };
async function mails(): Promise<readonly Mail[]> {
  await api.rest();
  const stored = (await api.get('/dev/mail', { as: owner })).body as unknown as readonly { readonly raw: string }[];
  const parsed = await Promise.all(stored.map(({ raw }) => PostalMime.parse(raw)));
  return parsed.map((mail) => ({ to: mail.to?.[0]?.address ?? '', text: JSON.stringify(mail) }));
}

/** Everything in the topic. */
async function published(): Promise<string> {
  const topics = api.standalone.app.get(TopicLog);
  const end = { type: 'end', id: crypto.randomUUID() };
  await topics.publish(CONVERSATIONS_TOPIC, [{ key: end.id, value: end }]);
  const stop = new AbortController();
  let all = '';
  await topics.consume({
    topics: [CONVERSATIONS_TOPIC],
    group: end.id,
    signal: stop.signal,
    async handle(messages) {
      all += JSON.stringify(messages);
      if (messages.some(({ value }) => value['id'] === end.id)) stop.abort();
    },
  });
  return all;
}

describe('M11: internal notes', () => {
  it('are entries of the conversation for staff who may read messages; a viewer sees that there is one', async () => {
    const added = await add({ text: `${MARKER} first`, mentions: [manager.id] });
    expect(added.status).toBe(201);
    const note = {
      id: added.body['messageId'],
      kind: 'note',
      author: { kind: 'staff', id: agent.id },
      text: `${MARKER} first`,
      mentions: [manager.id],
      state: 'posted',
    };
    await api.rest();
    expect(await newestNoteFor(agent)).toEqual([expect.objectContaining(note)]);
    expect(await newestNoteFor(reader)).toEqual([expect.objectContaining(note)]);
    expect(await newestNoteFor(viewer)).toEqual([expect.objectContaining({ ...note, text: null })]);
  });

  it('change neither the folder, nor the answers, nor what the contact sees', async () => {
    const row = async (): Promise<Entry> => (await api.get(url, { as: agent })).body;
    const portal = async () =>
      [
        await api.get('/v1/portal/conversations', { as: contact }),
        await api.get(`/v1/portal/conversations/${sample.conversationId}/messages`, { as: contact }),
      ].map(list);
    const before = [await row(), await portal()] as const;
    const { body } = await add({ text: `${MARKER} second` });
    await api.get(`${url}?position=${String(body['position'])}`, { as: agent });
    expect(await row()).toEqual({ ...before[0], revision: body['revision'] });
    expect(await portal()).toEqual(before[1]);
  });

  it('hold no reply, also when the author has seen nothing since', async () => {
    const send = (given: object, as = agent) => api.post(`${url}/messages`, { channel: 'in-app', ...given }, { as });
    const seen = (await send({ text: 'Hello' })).body['messageId'];
    const { body } = await add({ text: `${MARKER} third` }, manager);
    expect((await send({ text: 'And?', lastSeen: seen })).status).toBe(201);
    expect((await send({ text: 'So?', lastSeen: body['messageId'] })).status).toBe(201);
  });

  it('are in nothing that a contact, a phone, a mailbox or another system gets', async () => {
    const emulator = `${String(api.standalone.emulatorUrl)}/emulator`;
    const start = { from: '+14155550132', to: sample.senderPhone, body: 'START' };
    await fetch(`${emulator}/inbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(start),
    });
    await api.rest();
    await add({ text: `${MARKER} fourth`, mentions: [manager.id, agent.id] });
    const send = (channel: string) => api.post(`${url}/messages`, { channel, text: 'After the note' }, { as: agent });
    expect([(await send('sms')).status, (await send('in-app')).status]).toEqual([201, 201]);
    await api.post(`/v1/portal/conversations/${sample.conversationId}/messages`, { text: 'Hi' }, { as: contact });

    const toManager = (await mails()).filter(({ to }) => to === 'morgan@sunrise-solar.example');
    expect(toManager.filter(({ text }) => text.includes('mentioned you')).length).toBeGreaterThanOrEqual(1);
    expect(toManager.some(({ text }) => text.includes(sample.conversationId))).toBe(true);
    // Nobody is told of their own note.
    const all = await mails();
    expect(all.some(({ to, text }) => to.startsWith('alex') && text.includes('mentioned you'))).toBe(false);
    expect(all.some(({ text }) => text.includes('After the note'))).toBe(true);
    expect(JSON.stringify(all)).not.toContain(MARKER);

    const texts = await (await fetch(`${emulator}/ledger`)).text();
    expect(texts).toContain('After the note');
    expect(texts).not.toContain(MARKER);

    const topic = await published();
    expect(topic).toContain('note.added');
    expect(topic).not.toContain(MARKER);

    const portal = Object.keys(fieldOf).filter((route) => route.startsWith('GET /v1/portal'));
    for (const route of portal) {
      const path = route.replace('GET ', '').replace('{id}', sample.conversationId);
      const { query, variables } = operationRequest(schema, { route, id: sample.conversationId });
      const answers = [
        await api.get(path, { as: contact }),
        await api.get(`${path}?order=desc`, { as: contact }),
        await api.graphql(query, variables, { as: contact }),
      ];
      for (const { text } of answers) expect(text).not.toMatch(new RegExp(`${MARKER}|"note"`));
    }
    for (const path of [
      '/v1/conversations?folder=all',
      url,
      `/v1/contacts/${contact.id}`,
      '/v1/deliveries?status=accepted',
    ])
      expect((await api.get(path, { as: agent })).text).not.toContain(MARKER);
    const deliveries = await api.get('/v1/deliveries?status=withheld', { as: owner });
    expect(list(deliveries)).toEqual([]);
  });

  it('a person who muted the conversation is not told of a mention', async () => {
    await api.post(`${url}/mute`, {}, { as: manager });
    const before = (await mails()).length;
    await add({ text: 'Quietly', mentions: [manager.id] });
    expect((await mails()).length).toBe(before);
  });

  it.each([
    [{ text: ' ' }, { status: 400, code: 'InvalidRequest', field: 'text' }],
    [{ text: 'x'.repeat(5_001) }, { status: 400, code: 'InvalidRequest', field: 'text' }],
    [
      { text: 'Hi', mentions: 'alex' },
      { status: 400, code: 'InvalidRequest', field: 'mentions' },
    ],
    [
      { text: 'Hi', mentions: [''] },
      { status: 400, code: 'InvalidRequest', field: 'mentions' },
    ],
    [
      { text: 'Hi', mentions: ['alex', 'alex'] },
      { status: 400, code: 'InvalidRequest', field: 'mentions' },
    ],
    [
      { text: 'Hi', to: 'alex' },
      { status: 400, code: 'InvalidRequest', field: 'to' },
    ],
    [
      { text: 'Hi', mentions: ['nobody'] },
      { status: 409, code: 'NotMentionable', field: 'mentions' },
    ],
    [
      { text: 'Hi', mentions: [viewer.id] },
      { status: 409, code: 'NotMentionable', field: 'mentions' },
    ],
    [
      { text: 'Hi', mentions: [contact.id] },
      { status: 409, code: 'NotMentionable', field: 'mentions' },
    ],
  ])('%j is refused', async (body, problem) => {
    expect(await api.recorded(async () => expectProblem(await add(body), problem))).toEqual([]);
  });

  it('require a conversation of the program, and the permission to write', async () => {
    expectProblem(await add({ text: 'Hi' }, agent, `/v1/conversations/${NOBODY}`), {
      status: 404,
      code: 'ConversationNotFound',
    });
    expectProblem(await add({ text: 'Hi' }, reader), { status: 403, code: 'NotPermitted' });
  });

  it('are unreadable once the contact is erased', async () => {
    const part = <Type>(type: abstract new (...given: never[]) => Type): Type =>
      api.standalone.app.get<Type>(type as never);
    const erasing = new ErasePerson(part(CommandBus), part(Progress), part(InboxQueries));
    await erasing.erase(contact.id, owner.id, systemContext(sample.programId, 'test'));
    const head = (await part(EventLog).head()) ?? '';
    for (const model of readModels) expect(await part(Progress).waitFor(model, head, 10_000)).toBe(true);
    const isGone = (): Promise<boolean> =>
      part(Keyring)
        .ensure(sample.conversationId)
        .then(
          () => false,
          () => true,
        );
    while (!(await isGone())) await sleep(20);
    for (const model of readModels)
      for await (const { document } of part(ReadModelStore).scan(model, 'live'))
        expect(JSON.stringify(document)).not.toContain(MARKER);
    const record = part(EventLog).read(`conversation-${sample.conversationId}`);
    for await (const event of record) expect(JSON.stringify(event)).not.toContain(MARKER);
    expectProblem(await add({ text: 'Hi' }), { status: 410, code: 'ConversationDeleted' });
    expectProblem(await api.get(`${url}/messages`, { as: owner }), { status: 404, code: 'ConversationNotFound' });
  });
});
