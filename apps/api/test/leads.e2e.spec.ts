import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { agent, integration } = sample;
const ada = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.org' };
const submit = (body: object, as: Identity = integration): Promise<Answer> => api.post('/v1/leads', body, { as });

/** A conversation with a bare number. */
async function startWith(phone: string): Promise<{ readonly url: string; readonly contactId: unknown }> {
  const { body } = await api.post('/v1/conversations', { phone });
  const url = `/v1/conversations/${String(body['conversationId'])}`;
  return { url, contactId: (await shown(url, body['position']))['contactId'] };
}
const shown = async (url: string, position: unknown): Promise<Answer['body']> =>
  (await api.get(`${url}?position=${String(position)}`)).body;
const contactAfter = ({ body }: Answer): Promise<Answer['body']> =>
  shown(`/v1/contacts/${String(body['contactId'])}`, body['position']);

describe('R2: a lead from a conversation', () => {
  it('gets its name and email, and the conversation shows the lead', async () => {
    const { url, contactId } = await startWith('+14155550161');
    expect((await api.get(url)).body).toMatchObject({ displayName: '+14155550161', leadState: 'none' });
    const answers: Answer[] = [];
    const events = await api.recorded(async () => answers.push(await api.post(`${url}/lead`, ada)));
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'ContactDetailsChanged', metadata: { actor: { kind: 'staff', id: agent.id } } },
      { type: 'LeadCreated', data: { ...ada, contactId, by: agent.id } },
    ]);
    const [created] = answers as [Answer];
    expect(created).toMatchObject({ status: 201, body: { contactId } });
    expect(await shown(url, created.body['position'])).toMatchObject({
      displayName: 'Ada Lovelace',
      leadState: 'lead',
      contactId,
    });
    expect(await contactAfter(created)).toMatchObject({
      name: 'Ada Lovelace',
      emails: [ada.email],
      leadFrom: url.split('/').at(-1),
      applications: [],
    });
    expectProblem(await api.post(`${url}/lead`, ada), { status: 409, code: 'LeadExists' });
  });

  it('is that of a conversation of the program', async () => {
    await addSecondProgram(api.standalone.app);
    for (const [id, as] of [
      [NOBODY, agent],
      [sample.conversationId, second.agent],
    ] as const)
      expectProblem(await api.post(`/v1/conversations/${id}/lead`, ada, { as }), {
        status: 404,
        code: 'ConversationNotFound',
      });
  });

  it.each([
    [{ ...ada, firstName: ' ' }, 'firstName', 'isCleanText'],
    [{ ...ada, lastName: undefined }, 'lastName', 'isCleanText'],
    [{ ...ada, email: 'ada' }, 'email', 'isEmail'],
    [{ ...ada, phone: '+14155550161' }, 'phone', 'whitelistValidation'],
  ])('needs a first name, a last name and an email: %j', async (body, field, rule) =>
    expectProblem(await api.post(`/v1/conversations/${sample.conversationId}/lead`, body), {
      status: 400,
      code: 'InvalidRequest',
      field,
      rule,
    }),
  );
});

describe('R2: a person who gives their details in another application', () => {
  it('is linked by the phone number, and the application is shown', async () => {
    const { url, contactId } = await startWith('+14155550162');
    await api.rest();
    const submitted = await submit({ ...ada, application: 'Quote form', phone: '+1 415 555 0162' });
    expect(submitted).toMatchObject({ status: 201, body: { contactId } });
    expect(await shown(url, submitted.body['position'])).toMatchObject({
      displayName: 'Ada Lovelace',
      leadState: 'lead',
    });
    expect(await contactAfter(submitted)).toMatchObject({
      leadFrom: null,
      applications: [{ name: 'Quote form', at: expect.any(String) }],
    });
    expectProblem(await api.post(`${url}/lead`, ada), { status: 409, code: 'LeadExists' });
  });

  it('is linked by the email, keeps the details of before, and is noted once for each application', async () => {
    const before = (await api.get(`/v1/contacts/${sample.contact.id}`)).body;
    for (const application of ['Chat', 'Chat', 'Quote form']) {
      const form = { firstName: 'Mallory', lastName: 'M.', email: 'ROSA@mail.example', phone: '+14155550163' };
      const submitted = await submit({ ...form, application });
      expect(submitted.body['contactId']).toBe(sample.contact.id);
      expect(await contactAfter(submitted)).toMatchObject({ name: before['name'], phones: before['phones'] });
    }
    const { body } = await api.get(`/v1/contacts/${sample.contact.id}`);
    expect(body['applications']).toMatchObject([{ name: 'Chat' }, { name: 'Quote form' }]);
  });

  it('and who is unknown becomes a contact, once', async () => {
    const form = { firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.org', application: 'Quote form' };
    const [one, other] = await Promise.all([submit(form), submit(form)]);
    expect([one.status, one.body['contactId']]).toEqual([201, other.body['contactId']]);
    const { position, ...ids } = one.body;
    expect(await contactAfter({ ...one, body: { ...ids, position } })).toMatchObject({
      name: 'Grace Hopper',
      emails: ['grace@example.org'],
      contactType: 'unknown',
    });
  });

  it('M9: the same key is the same submission', async () => {
    const headers = { 'idempotency-key': 'lead' };
    const form = { ...ada, email: 'ada2@example.org', application: 'Chat' };
    const first = await api.post('/v1/leads', form, { as: integration, headers });
    expect((await api.post('/v1/leads', form, { as: integration, headers })).body).toEqual(first.body);
    expectProblem(await api.post('/v1/leads', { ...form, email: ada.email }, { as: integration, headers }), {
      status: 422,
      code: 'IdempotencyKeyReused',
    });
  });
});
