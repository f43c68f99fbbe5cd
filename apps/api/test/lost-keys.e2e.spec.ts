import { subjectHomes } from '@app/domain';
import { EventStore, Keyring } from '@app/eventing';
import { LostKeys } from '@app/testing';
import { sample } from '@app/sample-program';
import { Api, type Answer } from './api.fixture.js';
import { addSecondProgram } from './second-program.fixture.js';

let api: Api;
let keys: LostKeys;
beforeAll(async () => {
  api = await Api.start();
  await addSecondProgram(api.standalone.app);
  keys = new LostKeys(api.standalone.app.get(Keyring));
});
afterAll(() => api.close());

it('rule 6: a request that needs a lost key changes nothing and gets RecordUnreadable; a retry after the key is restored succeeds', async () => {
  const path = `/v1/conversations/${sample.conversationId}/messages`;
  const headers = { 'idempotency-key': 'the-first' };
  const write = (): Promise<Answer> => api.post(path, { channel: 'in-app', text: 'Hello' }, { headers });
  const rename = (): Promise<Answer> =>
    api.ask('PATCH', `/v1/contacts/${sample.contact.id}`, {
      body: { name: 'Rosa R' },
      headers: { 'idempotency-key': 'the-second' },
    });
  const mutation = (): Promise<Answer> =>
    api.graphql(
      `mutation { sendMessage(input: { conversationId: "${sample.conversationId}", channel: "in-app", text: "Hi" }) { revision } }`,
    );
  for (const subject of [sample.conversationId, sample.contact.id]) keys.lose(subject);
  const recorded = await api.recorded(async () => {
    for (const answer of [await write(), await rename()]) {
      expect([answer.status, answer.headers['content-type'], answer.body['code']]).toEqual([
        503,
        expect.stringContaining('application/problem+json'),
        'RecordUnreadable',
      ]);
      expect(answer.text).not.toContain(sample.contact.id);
    }
    expect((await mutation()).text).toContain('RecordUnreadable');
  });
  expect([recorded, keys.made]).toEqual([[], new Map()]);

  keys.restore();
  expect([(await write()).status, (await write()).status, (await rename()).status]).toEqual([201, 201, 200]);
  await api.rest();
  expect((await api.get(path)).text.split('"Hello"')).toHaveLength(2);
});

it('rule 6: the first sealed event of a subject that has a home is in its home', async () => {
  await api.rest();
  const store = api.standalone.app.get(EventStore);
  const head = (await store.head()) ?? '';
  const sealed = new Set<string>();
  const homeless = new Set<string>();
  for await (const { events, position } of store.subscribe({ after: null, signal: new AbortController().signal })) {
    for (const { stream, data } of events)
      for (const field of Object.keys(data['sealed'] ?? {})) {
        const category = (subjectHomes as Readonly<Record<string, string | null>>)[field];
        const home = `${category}-${String(data[field])}`;
        if (category && stream === home) sealed.add(home);
        else if (category && !sealed.has(home)) homeless.add(`${field} in ${stream}`);
      }
    if (position >= head) break;
  }
  expect([sealed.size > 5, [...homeless]]).toEqual([true, []]);
});
