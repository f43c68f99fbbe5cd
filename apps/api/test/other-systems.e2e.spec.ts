import { sample } from '@app/sample-program';
import { Api, expectProblem, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const as = sample.integration;
const put = (path: string, body: object): Promise<Answer> => api.ask('PUT', path, { as, body });
const contact = { externalId: 'crm-1', name: 'Cara Client', phones: ['+14155550171'], contactType: 'client' };
const referral = { externalId: 'deal-1', referrerExternalId: 'crm-1', referredExternalId: 'crm-2' };
const eventsOf = async (work: () => Promise<Answer>): Promise<readonly string[]> =>
  (
    await api.recorded(async () => {
      expect((await work()).status).toBe(200);
    })
  ).map(({ type }) => type);

describe('R8: contacts and referrals of another system', () => {
  it('a contact is created once under its external id, then changed where it differs', async () => {
    const types = await eventsOf(() => put('/v1/contacts', contact));
    expect(types).toContain('ContactCreated');
    const again = await put('/v1/contacts', { externalId: 'crm-1' });
    expect(await eventsOf(() => put('/v1/contacts', contact))).toEqual([]);
    expect(await eventsOf(() => put('/v1/contacts', { externalId: 'crm-1', groups: ['VIP'] }))).toEqual([
      'ContactDetailsChanged',
    ]);
    await api.rest();
    expect((await api.get(`/v1/contacts/${String(again.body['contactId'])}`)).body).toMatchObject({
      ...contact,
      groups: ['VIP'],
    });
  });

  it('a referral is created once, between known contacts, then changes its status', async () => {
    expectProblem(await put('/v1/referrals', referral), { status: 404, code: 'ContactNotFound' });
    expectProblem(await put('/v1/referrals', { externalId: 'deal-1', status: 'won' }), {
      status: 404,
      code: 'ReferralNotFound',
    });
    await put('/v1/contacts', { externalId: 'crm-2', name: 'Dan' });
    expect(await eventsOf(() => put('/v1/referrals', referral))).toEqual(['ReferralCreated']);
    expect(await eventsOf(() => put('/v1/referrals', referral))).toEqual([]);
    expect(await eventsOf(() => put('/v1/referrals', { externalId: 'deal-1', status: 'won' }))).toEqual([
      'ReferralStatusChanged',
    ]);
    expectProblem(await put('/v1/referrals', { ...referral, referredExternalId: 'crm-1' }), {
      status: 409,
      code: 'ReferralSidesDiffer',
    });
  });

  it('a payout is in the timeline of the referral and the history of the referrer, once', async () => {
    const { referralId } = (await put('/v1/referrals', referral)).body as { readonly referralId: string };
    const url = `/v1/referrals/${referralId}/payouts`;
    const payout = { externalId: 'paid-1', amount: 25_000, currency: 'USD', paidAt: '2026-01-05T10:00:00+01:00' };
    const pay = (changes: object = {}): Promise<Answer> => api.post(url, { ...payout, ...changes }, { as });
    expect(await eventsOf(() => pay())).toEqual(['PayoutRecorded']);
    expect(await eventsOf(() => pay())).toEqual([]);
    expectProblem(await pay({ amount: 1 }), { status: 409, code: 'PayoutExists' });
    await api.rest();
    const { body } = await api.get(`/v1/referrals/${referralId}/timeline`);
    const entry = {
      kind: 'payout',
      amount: 25_000,
      currency: 'USD',
      at: '2026-01-05T09:00:00.000Z',
      author: { kind: 'integration', id: as.id },
    };
    expect((body['documents'] as readonly object[]).at(-1)).toMatchObject(entry);
    const { contactId } = (await put('/v1/contacts', { externalId: 'crm-1' })).body;
    const history = (await api.get(`/v1/contacts/${String(contactId)}/history`)).body;
    expect((history['documents'] as readonly object[]).at(-1)).toMatchObject(entry);
  });

  it('a key with another body is refused', async () => {
    const headers = { 'idempotency-key': 'one' };
    expect((await api.ask('PUT', '/v1/contacts', { as, headers, body: contact })).status).toBe(200);
    const other = { ...contact, externalId: 'crm-3' };
    expectProblem(await api.ask('PUT', '/v1/contacts', { as, headers, body: other }), {
      status: 422,
      code: 'IdempotencyKeyReused',
    });
  });
});
