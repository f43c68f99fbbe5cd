import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { owner, manager, contact, conversationId } = sample;
const fromContact = (text: string): Promise<Answer> =>
  api.post(`/v1/portal/conversations/${conversationId}/messages`, { text }, { as: contact });
const fromStaff = (text: string): Promise<Answer> =>
  api.post(`/v1/conversations/${conversationId}/messages`, { channel: 'in-app', text });

/** The emails about a message with this text, once there are any. */
async function emailsWith(text: string): Promise<readonly string[]> {
  for (const end = Date.now() + 20_000; ;) {
    const { body } = await api.get('/dev/mail', { as: manager });
    const raw = (body as unknown as readonly { raw: string }[])
      .map((mail) => mail.raw)
      .filter((mail) => mail.includes(text));
    if (raw.length > 0) return raw;
    if (Date.now() > end) throw new Error(`no email: ${text}`);
  }
}

describe('N1: the links of emails', () => {
  const links = {
    portalLink: 'https://portal.new/{conversationId}',
    consoleLink: 'https://desk.new/#/{conversationId}',
  };

  it('are settings of the program, which managers change', async () => {
    const before = await api.get('/v1/program/links', { as: manager });
    const events = await api.recorded(async () => {
      const headers = { 'if-match': String(before.headers['etag']) };
      expect((await api.ask('PUT', '/v1/program/links', { as: manager, body: links, headers })).status).toBe(200);
      expectProblem(await api.ask('PUT', '/v1/program/links', { as: manager, body: links, headers }), {
        status: 412,
        code: 'RevisionMismatch',
      });
    });
    expect(events).toMatchObject([{ type: 'LinkTemplatesChanged', data: { ...links, by: manager.id } }]);
    expect((await api.get('/v1/program/links', { as: owner })).body).toMatchObject(links);
  });

  it('lead to the thread, for contacts and for staff', async () => {
    await fromStaff('to the contact');
    expect((await emailsWith('to the contact')).join()).toContain(`https://portal.new/${conversationId}`);
    await fromContact('to the staff');
    expect((await emailsWith('to the staff')).join()).toContain(`https://desk.new/#/${conversationId}`);
  });

  it.each([
    'javascript:alert({conversationId})',
    'https://portal.example/',
    'https://portal.example/{conversationId}/{conversationId}',
    'https:///{conversationId}',
    'https://a b/{conversationId}',
  ])('are addresses with the conversation in them, not %s', async (portalLink) => {
    const events = await api.recorded(async () => {
      const answer = await api.ask('PUT', '/v1/program/links', { as: owner, body: { ...links, portalLink } });
      expectProblem(answer, { status: 400, code: 'InvalidRequest', field: 'portalLink', rule: 'isLinkTemplate' });
    });
    expect(events).toEqual([]);
  });
});

describe('N4: the notifications that people want', () => {
  type Row = { readonly messageId: string; readonly state: string; readonly reason: string | null };
  const choose = (as: Identity, email: string | null): Promise<Answer> =>
    api.ask('PUT', '/v1/me/preferences', { as, body: { email } });
  /** The newest notification of a person, once it is decided. */
  async function newest(as: Identity, messageId: unknown): Promise<Row> {
    for (const end = Date.now() + 20_000; ;) {
      const { body } = await api.get('/v1/me/notifications?limit=1', { as });
      const [row] = body['documents'] as readonly Row[];
      if (row?.messageId === messageId && row?.state !== 'waiting') return row as Row;
      if (Date.now() > end) throw new Error('nothing was decided');
    }
  }

  it.each([
    ['a contact', contact, (text: string) => fromStaff(text)],
    ['a member of staff', sample.agent, (text: string) => fromContact(text)],
  ])('%s chooses none, is told why, and gets them again', async (_, as, write) => {
    const events = await api.recorded(async () => expect((await choose(as, 'off')).status).toBe(200));
    const person = { kind: as.kind, id: as.id };
    expect(events).toMatchObject([
      { type: 'NotificationsChosen', data: { person, channel: 'email', choice: 'off', via: 'account' } },
    ]);
    expect((await api.get('/v1/me/preferences', { as })).body).toEqual({
      email: 'off',
      emailInForce: 'off',
      revision: 0,
    });
    const silent = await write('without an email');
    expect(await newest(as, silent.body['messageId'])).toMatchObject({ state: 'not-sent', reason: 'EmailsOff' });
    await choose(as, null);
    const told = await write('with an email again');
    expect(await newest(as, told.body['messageId'])).toMatchObject({ state: 'sent', reason: null });
    await emailsWith('with an email again');
    expect(await emailsWith('with an email again')).not.toContain('without an email');
  });

  it('each sees only their own, in pages', async () => {
    const seen: string[] = [];
    for (let after = ''; after !== 'null';) {
      const path = `/v1/me/notifications?limit=2${after && `&after=${after}`}`;
      const { body } = await api.get(path, { as: sample.agent });
      seen.push(...(body['documents'] as readonly Row[]).map(({ messageId }) => messageId));
      after = String(body['next']);
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set(seen).size).toBe(seen.length);
    const { body } = await api.get('/v1/me/notifications', { as: contact });
    expect((body['documents'] as readonly Row[]).filter(({ messageId }) => seen.includes(messageId))).toEqual([]);
    const { body: others } = await api.get('/v1/me/notifications', { as: sample.viewer });
    expect(others).toMatchObject({ documents: [], next: null });
  });

  it('a contact who is no longer active sees and changes nothing', async () => {
    await api.ask('PATCH', `/v1/contacts/${contact.id}`, { body: { active: false } });
    const refused = { status: 403, code: 'PortalClosed' };
    expectProblem(await api.get('/v1/me/notifications', { as: contact }), refused);
    expectProblem(await choose(contact, 'off'), refused);
    await api.ask('PATCH', `/v1/contacts/${contact.id}`, { body: { active: true } });
  });
});
