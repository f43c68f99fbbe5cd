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
