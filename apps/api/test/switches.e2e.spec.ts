import { CommandBus } from '@nestjs/cqrs';
import { signForm } from '@app/emulators/twilio';
import { HandleProgram, systemContext } from '@app/application';
import { sample } from '@app/sample-program';
import { ACCOUNT, Api, expectProblem, PROVIDER_TOKEN, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const url = `/v1/conversations/${sample.conversationId}`;
const portal = `/v1/portal/conversations`;
const change = (name: 'smsEnabled' | 'messagesEnabled', value: 'on' | 'off') =>
  api.standalone.app
    .get(CommandBus)
    .execute(
      new HandleProgram(
        sample.programId,
        { type: 'ChangePolicy', data: { name, value, by: 'admin' } },
        systemContext(sample.programId, 'test'),
      ),
    );
const me = async () => (await api.get('/v1/me')).body;
const isRecorded = async (expected: object): Promise<void> => {
  await api.rest();
  const { documents } = (await api.get(`${url}/messages?order=desc&limit=1`)).body;
  expect(documents).toMatchObject([expected]);
};
/** A text to the program, as the provider posts it. */
const text = (from: string, body: string): Promise<Answer> => {
  const path = `/webhooks/twilio/${sample.programId}/messages`;
  const sid = `SM${Math.random().toString(16).slice(2).padEnd(32, '0').slice(0, 32)}`;
  const form = { MessageSid: sid, AccountSid: ACCOUNT, From: from, To: sample.senderPhone, Body: body, NumMedia: '0' };
  return api.post(path, new URLSearchParams(form).toString(), {
    as: null,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signForm(PROVIDER_TOKEN, `${api.url}${path}`, form),
    },
  });
};

describe('policy smsEnabled off: texts are not available', () => {
  afterAll(() => change('smsEnabled', 'on'));

  it('staff cannot send any; the refusal is recorded, and front ends are told', async () => {
    expect(await me()).toMatchObject({ smsEnabled: true, messagesEnabled: true });
    await change('smsEnabled', 'off');
    expect(await me()).toMatchObject({ smsEnabled: false, messagesEnabled: true });
    const { body } = await api.graphql('{ me { smsEnabled messagesEnabled } }');
    expect(body).toEqual({ data: { me: { smsEnabled: false, messagesEnabled: true } } });
    expectProblem(await api.post(`${url}/messages`, { channel: 'sms', text: 'Hello' }), {
      status: 409,
      code: 'TextsDisabled',
    });
    await isRecorded({ kind: 'refusal', rule: 'TextsDisabled' });
  });

  it('a form asks for no YES by text', async () => {
    const form = { contactId: sample.contact.id, wording: 'I agree', wordingVersion: '1', source: 'a form' };
    const events = await api.recorded(async () =>
      expectProblem(await api.ask('POST', '/v1/consents', { as: sample.manager, body: form }), {
        status: 409,
        code: 'TextsDisabled',
      }),
    );
    expect(events).toEqual([]);
  });

  it('a text of the contact is recorded, and messages in the app are sent', async () => {
    expect((await text('+14155550177', 'Anybody there?')).status).toBe(200);
    await api.rest();
    const { documents } = (await api.get('/v1/conversations?source=text')).body;
    expect(documents).toMatchObject([{ preview: 'Anybody there?', source: 'text', folder: 'unread' }]);
    expect((await api.post(`${url}/messages`, { channel: 'in-app', text: 'Hello' })).status).toBe(201);
  });
});

describe('policy messagesEnabled off: the portal is not available', () => {
  beforeAll(() => change('messagesEnabled', 'off'));
  afterAll(() => change('messagesEnabled', 'on'));
  const disabled = { status: 403, code: 'MessagesDisabled' };

  it('neither to the contact, nor for staff who write to one; the refusal is recorded', async () => {
    const as = sample.contact;
    expect(await me()).toMatchObject({ smsEnabled: true, messagesEnabled: false });
    expectProblem(await api.get(portal, { as }), disabled);
    expectProblem(await api.get(`${portal}/${sample.conversationId}/messages`, { as }), disabled);
    const events = await api.recorded(async () =>
      expectProblem(await api.post(`${portal}/${sample.conversationId}/messages`, { text: 'Hi' }, { as }), disabled),
    );
    expect(events).toEqual([]);
    const { body } = await api.graphql('{ portalConversations { edges { node { id } } } }', {}, { as });
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'MessagesDisabled' } }] });
    expectProblem(await api.post(`${url}/messages`, { channel: 'in-app', text: 'Hello' }), {
      status: 409,
      code: 'MessagesDisabled',
    });
    await isRecorded({ kind: 'refusal', rule: 'MessagesDisabled' });
  });
});

describe('I1: where a conversation came from', () => {
  const sourceOf = async (id: unknown, position: unknown): Promise<unknown> =>
    (await api.get(`/v1/conversations/${String(id)}?position=${String(position)}`)).body['source'];

  it('console until the contact writes, then the portal, the widget or a text; a form, when it asked for YES', async () => {
    const start = { referralId: sample.referralId, with: 'referred' };
    const { conversationId, position } = (await api.post('/v1/conversations', start)).body;
    expect(await sourceOf(conversationId, position)).toBe('console');
    const as = sample.contact;
    const origin = 'https://www.sunrise-solar.example';
    const general = (await api.post('/v1/conversations', { contactId: as.id })).body;
    const written = await api.post(
      `${portal}/${String(general['conversationId'])}/messages`,
      { text: 'From the shop' },
      { as, headers: { origin } },
    );
    expect(await sourceOf(general['conversationId'], written.body['position'])).toBe('widget');
    const again = await api.post(`${portal}/${String(general['conversationId'])}/messages`, { text: 'Hi' }, { as });
    expect(await sourceOf(general['conversationId'], again.body['position'])).toBe('widget');
    const byWidget = (await api.get('/v1/conversations?source=widget')).body['documents'];
    expect(byWidget).toMatchObject([{ id: general['conversationId'], source: 'widget' }]);

    const person = { name: 'Fiona Form', phones: ['+14155550178'] };
    const { contactId } = (await api.post('/v1/contacts', person)).body;
    const form = { contactId, wording: 'I agree', wordingVersion: '1', source: 'a form' };
    await api.ask('POST', '/v1/consents', { as: sample.manager, body: form });
    await api.rest();
    const { body } = await api.graphql('{ inbox(source: "form") { edges { node { displayName source } } } }');
    expect(body['data']).toEqual({ inbox: { edges: [{ node: { displayName: 'Fiona Form', source: 'form' } }] } });
  });

  it('an unknown source, and a second filter, are refused', async () => {
    expectProblem(await api.get('/v1/conversations?source=fax'), {
      status: 400,
      code: 'InvalidRequest',
      field: 'source',
      rule: 'isIn',
    });
    expectProblem(await api.get('/v1/conversations?source=text&folder=all'), {
      status: 400,
      code: 'InvalidRequest',
      field: 'folder',
      rule: 'atMostOne',
    });
  });
});
