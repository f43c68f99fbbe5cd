import { sample } from '@app/sample-program';
import { Api, expectProblem, type Answer, type Input } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const one = `/v1/conversations/${sample.conversationId}`;
const hello = { channel: 'in-app', text: 'Hello' };
const contactId = sample.contact.id;
const consent = { contactId, wording: 'I agree', wordingVersion: '1', source: 'a form' };

let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;
const keyed = (key: string, as: Input['as'] = sample.manager): Input => ({ as, headers: { 'idempotency-key': key } });

/** Status, body and revision of a response: all that a caller uses. */
const essence = ({ status, body, headers }: Answer): object => ({ status, body, etag: headers.etag });
const without = (text: string, { text: all }: Answer): void => expect(all).not.toContain(text);

/** Other commands by other people on the same resources. */
async function meanwhile(): Promise<void> {
  await api.post(`${one}/messages`, { ...hello, text: 'meanwhile' });
  await api.post(
    `/v1/portal/conversations/${sample.conversationId}/messages`,
    { text: 'meanwhile' },
    { as: sample.contact },
  );
  await api.ask('PATCH', `/v1/contacts/${contactId}`, { body: { name: `Rosa ${newKey()}` } });
}

type Command = {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly other?: unknown;
  readonly as?: Input['as'];
  readonly before?: () => Promise<unknown>;
};

const commands: readonly Command[] = [
  { name: 'send', path: `${one}/messages`, body: hello, other: { ...hello, text: 'another' } },
  {
    name: 'send, refused',
    path: `${one}/messages`,
    body: { channel: 'sms', text: 'no consent' },
    other: { channel: 'sms', text: 'another' },
  },
  {
    name: 'write in the portal',
    path: `/v1/portal/conversations/${sample.conversationId}/messages`,
    body: { text: 'Hi' },
    other: { text: 'another' },
    as: sample.contact,
  },
  {
    name: 'read',
    path: `${one}/read`,
    before: () =>
      api.post(`/v1/portal/conversations/${sample.conversationId}/messages`, { text: 'new' }, { as: sample.contact }),
  },
  { name: 'unread', path: `${one}/unread`, before: () => api.post(`${one}/messages`, hello) },
  { name: 'archive', path: `${one}/archive`, before: () => api.post(`${one}/messages`, hello) },
  {
    name: 'start by referral',
    path: '/v1/conversations',
    body: { referralId: sample.referralId },
    other: { referralId: sample.secondReferralId },
  },
  { name: 'start by contact', path: '/v1/conversations', body: { contactId }, other: { phone: '+14155550141' } },
  {
    name: 'start by phone',
    path: '/v1/conversations',
    body: { phone: '+14155550140' },
    other: { phone: '+14155550141' },
  },
  {
    name: 'create a contact',
    path: '/v1/contacts',
    body: { externalId: 'new', name: 'New', phones: ['+14155550142'] },
    other: { externalId: 'other', name: 'New' },
  },
  {
    name: 'create a contact by name only',
    path: '/v1/contacts',
    body: { name: 'Nameonly' },
    other: { name: 'Another' },
  },
  {
    name: 'change a contact',
    method: 'PATCH',
    path: `/v1/contacts/${contactId}`,
    body: { name: 'Rosa Renamed' },
    other: { name: 'Rosa Otherwise' },
  },
  {
    name: 'create a referral',
    path: '/v1/referrals',
    body: { referrerId: contactId, referredId: contactId, externalId: 'r1' },
    other: { referrerId: contactId, referredId: contactId, externalId: 'r2' },
  },
  {
    name: 'create a referral without an id',
    path: '/v1/referrals',
    body: { referrerId: contactId, referredId: contactId },
    other: { referrerId: contactId, referredId: contactId, status: 'x' },
  },
  {
    name: 'ask for consent',
    path: '/v1/consents',
    body: consent,
    other: { ...consent, wording: 'I agree as well' },
    as: sample.manager,
  },
];

describe('M9: the same key is the same command and gets the first response', () => {
  it.each(commands.map((command) => [command.name, command] as const))(
    '%s',
    async (_, { method = 'POST', path, body = {}, other, as, before }) => {
      await before?.();
      const key = newKey();
      const ask = (given: unknown): Promise<Answer> => api.ask(method, path, { ...keyed(key, as), body: given });
      const first = await ask(body);
      expect(first.status).toBeLessThan(500);
      const { correlationId: ofFirst, ...firstBody } = first.body;
      await meanwhile();
      const events = await api.recorded(async () => {
        for (let time = 0; time < 2; time += 1) {
          const again = await ask(body);
          const { correlationId, ...againBody } = again.body;
          expect(essence({ ...again, body: againBody })).toEqual(essence({ ...first, body: firstBody }));
          expect(typeof correlationId).toBe(typeof ofFirst);
        }
        if (other !== undefined)
          expectProblem(await ask(other), { status: 422, code: 'IdempotencyKeyReused', field: 'Idempotency-Key' });
      });
      expect(events).toEqual([]);
    },
  );

  it('with two spellings of the same content', async () => {
    const key = newKey();
    const first = await api.post('/v1/contacts', { name: 'Spelled', phones: ['+1 415 555 0143'] }, keyed(key));
    const again = await api.post(
      '/v1/contacts',
      '{ "emails":null, "phones":["+14155550143"],"name":"Spelled" }',
      keyed(key),
    );
    expect(essence(again)).toEqual(essence(first));
  });

  it('20 at once are one message, and all get its response', async () => {
    const key = newKey();
    const text = 'sent by twenty clicks';
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post(`${one}/messages`, { ...hello, text }, keyed(key))),
    );
    for (const each of answers) expect(essence(each)).toEqual(essence(answers[0] as Answer));
    expect(answers[0]?.status).toBe(201);
    const { body } = await api.get(
      `${one}/messages?order=desc&limit=200&position=${String(answers[0]?.body['position'])}`,
    );
    expect((body['documents'] as { text: string }[]).filter((message) => message.text === text)).toHaveLength(1);
  });

  it.each(['/v1/contacts', '/v1/conversations', '/v1/referrals'])('20 at once create one: %s', async (path) => {
    const bodies: Readonly<Record<string, object>> = {
      '/v1/contacts': { name: 'Twenty' },
      '/v1/conversations': { phone: '+14155550144' },
      '/v1/referrals': { referrerId: contactId, referredId: contactId, status: 'twenty' },
    };
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.post(path, bodies[path], keyed(key))));
    for (const each of answers) expect(essence(each)).toEqual(essence(answers[0] as Answer));
    expect(answers[0]?.status).toBe(201);
  });

  it('20 at once with different bodies: one succeeds, and the others are refused', async () => {
    const key = newKey();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => api.post('/v1/contacts', { name: `Number ${index}` }, keyed(key))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const each of answers.filter(({ status }) => status !== 201)) {
      expectProblem(each, { status: 422, code: 'IdempotencyKeyReused' });
      without('Number', each);
    }
  });

  it('GraphQL: by its input, or by the header', async () => {
    const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { messageId revision position } }';
    const input = { conversationId: sample.conversationId, channel: 'in-app', text: 'by GraphQL' };
    const key = newKey();
    const first = await api.graphql(send, { input: { ...input, idempotencyKey: key } });
    const header = { headers: { 'idempotency-key': key } };
    for (const again of [
      await api.graphql(send, { input: { ...input, idempotencyKey: key } }),
      await api.graphql(send, { input }, header),
    ])
      expect(essence(again)).toEqual(essence(first));
    expect(
      (await api.post(`${one}/messages`, { channel: 'in-app', text: 'by GraphQL' }, header)).body['messageId'],
    ).toBe((first.body['data'] as { sendMessage: { messageId: string } }).sendMessage.messageId);
    const reused = await api.graphql(send, { input: { ...input, text: 'another', idempotencyKey: key } });
    expect(reused.body).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'IdempotencyKeyReused', field: 'Idempotency-Key', status: 422 } }],
    });
  });
});

describe('M9: another command', () => {
  it('is one without a key, each time', async () => {
    const [first, again] = [await api.post(`${one}/messages`, hello), await api.post(`${one}/messages`, hello)];
    expect(first.body['messageId']).not.toBe(again.body['messageId']);
  });
  it('is one with another key, or of another person', async () => {
    const key = newKey();
    const answers = [
      await api.post(`${one}/messages`, hello, keyed(key)),
      await api.post(`${one}/messages`, hello, keyed(newKey())),
      await api.post(`${one}/messages`, hello, keyed(key, sample.owner)),
    ];
    expect(new Set(answers.map(({ body }) => body['messageId'])).size).toBe(3);
  });
  it('is one on another resource', async () => {
    const key = newKey();
    const { body } = await api.post('/v1/conversations', { contactId });
    const answers = [
      await api.post(`${one}/messages`, hello, keyed(key)),
      await api.post(`/v1/conversations/${String(body['conversationId'])}/messages`, hello, keyed(key)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(new Set(answers.map(({ body: { messageId } }) => messageId)).size).toBe(2);
  });
  it('of another kind under the same key is refused', async () => {
    const key = newKey();
    await api.post(`${one}/messages`, hello, keyed(key));
    expectProblem(await api.post(`${one}/archive`, {}, keyed(key)), { status: 422, code: 'IdempotencyKeyReused' });
    await api.post('/v1/contacts', { name: 'Kind' }, keyed(key));
    expectProblem(await api.post('/v1/conversations', { contactId }, keyed(key)), {
      status: 422,
      code: 'IdempotencyKeyReused',
    });
  });
});

describe('M9: the first response stands although the state has changed', () => {
  it('consent requested at a number that the contact no longer has', async () => {
    const { body } = await api.post('/v1/contacts', { name: 'Mover', phones: ['+14155550145'] });
    const key = newKey();
    const form = { ...consent, contactId: body['contactId'] };
    const first = await api.post('/v1/consents', form, keyed(key, sample.manager));
    await api.ask('PATCH', `/v1/contacts/${String(body['contactId'])}`, { body: { phones: ['+14155550146'] } });
    const events = await api.recorded(async () =>
      expect(essence(await api.post('/v1/consents', form, keyed(key, sample.manager)))).toEqual(essence(first)),
    );
    expect(events).toEqual([]);
  });
});

describe('M9: a command that had nothing to do', () => {
  const theirs = `/v1/portal/conversations/${sample.conversationId}/messages`;
  const folder = async (position: unknown): Promise<unknown> =>
    (await api.get(`${one}?position=${String(position)}`)).body['folder'];

  it('archive on an archived conversation, again after the contact wrote: the message stays visible', async () => {
    await api.post(`${one}/archive`, {});
    const key = newKey();
    const first = await api.post(`${one}/archive`, {}, keyed(key));
    expect(first.status).toBe(200);
    const { body } = await api.post(theirs, { text: 'Are you there?' }, { as: sample.contact });
    const events = await api.recorded(async () =>
      expect(essence(await api.post(`${one}/archive`, {}, keyed(key)))).toEqual(essence(first)),
    );
    expect(events).toEqual([]);
    expect(await folder(body['position'])).toBe('unread');
  });

  const again: readonly Command[] = [
    { name: 'read what is read', path: `${one}/read`, before: () => api.post(`${one}/read`, {}) },
    { name: 'mark unread what is unread', path: `${one}/unread`, before: () => api.post(`${one}/unread`, {}) },
    {
      name: 'start a conversation that there is',
      path: '/v1/conversations',
      body: { contactId },
      other: { referralId: sample.referralId },
      before: () => api.post('/v1/conversations', { contactId }),
    },
    {
      name: 'ask for consent that is asked for',
      path: '/v1/consents',
      body: consent,
      other: { ...consent, wording: 'Yes' },
      as: sample.manager,
      before: () => api.post('/v1/consents', consent, { as: sample.manager }),
    },
  ];
  it.each(again.map((command) => [command.name, command] as const))(
    '%s',
    async (_, { path, body = {}, other, as, before }) => {
      await before?.();
      const key = newKey();
      const first = await api.post(path, body, keyed(key, as));
      await meanwhile();
      await api.post(`${one}/archive`, {});
      const events = await api.recorded(async () => {
        expect(essence(await api.post(path, body, keyed(key, as)))).toEqual(essence(first));
        if (other !== undefined)
          expectProblem(await api.post(path, other, keyed(key, as)), { status: 422, code: 'IdempotencyKeyReused' });
      });
      expect(events).toEqual([]);
    },
  );

  it('of another kind under the same key is refused', async () => {
    await api.post(`${one}/archive`, {});
    const key = newKey();
    await api.post(`${one}/archive`, {}, keyed(key));
    expectProblem(await api.post(`${one}/messages`, hello, keyed(key)), { status: 422, code: 'IdempotencyKeyReused' });
  });

  it('20 at once, while the contact writes, get one response', async () => {
    await api.post(`${one}/archive`, {});
    const key = newKey();
    const asked = Array.from({ length: 20 }, () => api.post(`${one}/archive`, {}, keyed(key)));
    await api.post(theirs, { text: 'And now?' }, { as: sample.contact });
    const answers = await Promise.all(asked);
    for (const each of answers) expect(essence(each)).toEqual(essence(answers[0] as Answer));
    expect(essence(await api.post(`${one}/archive`, {}, keyed(key)))).toEqual(essence(answers[0] as Answer));
  });

  it('leaves no event without a key', async () => {
    await api.post(`${one}/archive`, {});
    expect(await api.recorded(() => api.post(`${one}/archive`, {}))).toEqual([]);
  });
});
