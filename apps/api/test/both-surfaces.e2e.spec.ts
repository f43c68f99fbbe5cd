import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Identity } from '@app/platform';
import { ids } from '@app/application';
import { sample } from '@app/sample-program';
import { Api, NOBODY, type Answer } from './api.fixture.js';
import {
  fieldOf,
  onlyByGraphql,
  onlyByRest,
  operationRequest,
  requestFor,
  type Operation,
} from './operations.fixture.js';
import { routesOf } from './routes.fixture.js';

let api: Api;
let schema: GraphQLSchema;
let exportId: string;
let importId: string;
beforeAll(async () => {
  api = await Api.start();
  schema = buildSchema(api.standalone.graphqlSchema());
  exportId = String((await api.post('/v1/exports', { format: 'csv' }, { as: sample.owner })).body['exportId']);
  const file = { as: sample.manager, body: 'externalId\n', headers: { 'content-type': 'text/csv' } };
  importId = String((await api.ask('POST', '/v1/imports?kind=contacts', file)).body['importId']);
});
afterAll(() => api.close());

/** With headers that both surfaces accept. */
type Asked = Operation & { readonly headers?: Readonly<Record<string, string>> };

const callerOf = ({ route }: Operation): Identity => (route.includes('portal') ? sample.contact : sample.owner);

function byRest(operation: Asked): Promise<Answer> {
  const { route, id = '', given = {}, headers = {} } = operation;
  const as = callerOf(operation);
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('{id}', id);
  if (method !== 'GET' && method !== 'DELETE') return api.ask(method, path, { as, headers, body: given });
  const query = new URLSearchParams(given as Record<string, string>);
  return api.ask(method, `${path}?${String(query)}`, { as, headers });
}

function byGraphql({ headers = {}, ...operation }: Asked): Promise<Answer> {
  const { query, variables } = operationRequest(schema, operation);
  return api.graphql(query, variables, { as: callerOf(operation), headers });
}

/** The value of the requested field. */
function valueIn({ body }: Answer, route: string): unknown {
  expect(body['errors']).toBeUndefined();
  return (fieldOf[route] ?? '')
    .split('.')
    .reduce((value: unknown, name) => (value as Record<string, unknown>)[name], body['data']);
}

describe('G1: REST and GraphQL have the same operations', () => {
  it('every REST operation has a GraphQL field, or a reason to have none', async () => {
    const routes = (await routesOf(api)).map(({ method, path }) => `${method} ${path}`);
    expect(routes.toSorted()).toEqual([...Object.keys(fieldOf), ...Object.keys(onlyByRest)].toSorted());
  });

  it('every GraphQL field has a REST operation, or a reason to have none', () => {
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    const roots = new Set(Object.values(fieldOf).map((path) => path.split('.')[0]));
    expect(fields.toSorted()).toEqual([...roots, ...Object.keys(onlyByGraphql)].toSorted());
  });
});

const id = sample.conversationId;
const contactId = sample.contact.id;
const hello = { channel: 'in-app', text: 'Hello' };
const lead = { firstName: 'Ada', lastName: 'New', email: 'ada@example.org' };
const consent = { contactId, wording: 'I agree', wordingVersion: '1', source: 'a form' };

const account = { phone: '+14155550177', accountSid: `AC${'7'.repeat(32)}` };
const payout = { externalId: 'paid', amount: 25_000, currency: 'USD', paidAt: '2026-01-05T09:00:00Z' };

const links = (link: string) => ({ portalLink: link, consoleLink: link });

/** Each command in a form that can be executed, a first and a second time. */
const commands = (time: 1 | 2): readonly Asked[] => [
  { route: 'POST /v1/conversations', given: { referralId: sample.referralId, with: 'referred' } },
  { route: 'POST /v1/conversations', given: { phone: '+1 415 555 0140' } },
  { route: 'POST /v1/conversations/{id}/messages', id, given: hello },
  { route: 'POST /v1/conversations/{id}/notes', id, given: { text: 'Careful', mentions: [sample.reader.id] } },
  { route: 'POST /v1/conversations/{id}/read', id },
  { route: 'POST /v1/conversations/{id}/read-position', id },
  { route: 'POST /v1/conversations/{id}/unread', id },
  { route: 'POST /v1/conversations/{id}/archive', id },
  { route: 'POST /v1/conversations/{id}/unarchive', id },
  { route: 'POST /v1/conversations/bulk', given: { action: 'archive', ids: [id, NOBODY] } },
  { route: 'POST /v1/conversations/{id}/mute', id, given: { until: `2999-01-0${time}T09:00:00Z` } },
  { route: 'POST /v1/conversations/{id}/unmute', id },
  { route: 'POST /v1/conversations/{id}/snooze', id, given: { until: `2999-01-0${time}T09:00:00Z` } },
  { route: 'POST /v1/conversations/{id}/unsnooze', id },
  { route: 'POST /v1/conversations/{id}/label', id, given: { label: ` VIP  ${time}` } },
  { route: 'POST /v1/conversations/{id}/unlabel', id, given: { label: `VIP ${time}` } },
  { route: 'PUT /v1/conversations/{id}/assignee', id, given: { assignee: time === 1 ? sample.agent.id : null } },
  { route: 'POST /v1/blocks', given: { phone: `+1 415 555 014${time + 2}` } },
  { route: 'POST /v1/blocks', given: { contactId } },
  { route: 'POST /v1/blocks/{id}/lift', id: contactId },
  {
    route: 'POST /v1/contacts',
    given: { name: 'New', phones: [`+1 415 555 014${time}`], emails: ['new@example.org'], groups: ['New'] },
  },
  {
    route: 'POST /v1/contacts',
    given: { externalId: `new ${time}`, contactType: 'client', registered: true, active: false },
  },
  {
    route: 'POST /v1/leads',
    given: { ...lead, email: `ada${time}@example.org`, phone: '+1 415 555 0141', application: `Form ${time}` },
  },
  { route: 'PATCH /v1/contacts/{id}', id: contactId, given: { name: 'Rosa Renamed', homeLocation: 'Oakland' } },
  { route: 'DELETE /v1/contacts/{id}', id: contactId },
  { route: 'POST /v1/contacts/{id}/restore', id: contactId },
  { route: 'POST /v1/referrals', given: { referrerId: contactId, referredId: contactId, status: 'won' } },
  { route: 'PUT /v1/referrals/{id}/status', id: sample.referralId, given: { status: `step ${time}` } },
  { route: 'PUT /v1/contacts', given: { externalId: `crm ${time}`, name: 'Cara', phones: ['+1 415 555 0147'] } },
  {
    route: 'PUT /v1/referrals',
    given: { externalId: `deal ${time}`, referrerExternalId: 'crm 1', referredExternalId: 'crm 1', status: 'new' },
  },
  { route: 'POST /v1/referrals/{id}/payouts', id: sample.referralId, given: { ...payout, externalId: `paid ${time}` } },
  { route: 'POST /v1/consents', given: { ...consent, purpose: 'marketing', tickedAt: '2026-01-05T09:00:00Z' } },
  { route: 'POST /v1/exports', given: { format: 'csv', from: '2026-01-05', to: `2026-01-0${time + 5}` } },
  { route: 'POST /v1/portal/conversations/{id}/messages', id, given: { text: 'Hi' } },
  { route: 'POST /v1/portal/conversations/{id}/read', id },
  {
    route: 'POST /v1/members',
    given: { userId: `new ${time}`, name: 'Nora New', email: 'nora@example.org', role: 'agent' },
  },
  { route: 'PUT /v1/members/{id}/role', id: sample.viewer.id, given: { role: time === 1 ? 'agent' : 'reader' } },
  {
    route: 'POST /v1/members/{id}/permissions/withdraw',
    id: sample.reader.id,
    given: { permission: time === 1 ? 'messages:read' : 'referrals:read' },
  },
  {
    route: 'POST /v1/members/{id}/permissions/give',
    id: sample.reader.id,
    given: { permission: time === 1 ? 'messages:read' : 'referrals:read' },
  },
  { route: 'DELETE /v1/members/{id}', id: sample.agent.id, given: { successor: sample.manager.id } },
  { route: 'PUT /v1/me/preferences', given: { email: time === 1 ? 'digest_1_hour' : null } },
  { route: 'PUT /v1/program/name', given: { name: `Program ${time}` } },
  {
    route: 'PUT /v1/program/policies',
    given: { name: 'unsolicitedMessages', value: time === 1 ? 'unlimited' : 'one' },
  },
  { route: 'PUT /v1/program/widget-origins', given: { origins: [`https://${time}.example`] } },
  { route: 'PUT /v1/program/opt-in-text', given: { text: `Reply YES ${time}, or STOP to opt out` } },
  { route: 'PUT /v1/program/senders', given: { ...account, authToken: `token-${time}` } },
  {
    route: 'POST /v1/program/senders/end-rotation',
    given: { senderId: ids.sender(sample.programId, account.phone) },
  },
  { route: 'PUT /v1/program/links', given: links(`https://${time}.example/{conversationId}`) },
];
const named = (operations: readonly Asked[]): readonly (readonly [string, Asked])[] =>
  operations.map((operation) => [`${operation.route} ${JSON.stringify(operation.given ?? {})}`, operation]);

describe('M9: the same key on both surfaces is the same command', () => {
  it('the table has every command', () => {
    const some = new Set(commands(1).map(({ route }) => route));
    const all = Object.keys(fieldOf).filter((route) => !route.startsWith('GET'));
    // The sample has no uncertain delivery and only leads, its policy does not allow deletion, and its message has
    // another id each time: these are only refused, below.
    const never = [
      'POST /v1/conversations/{id}/delete',
      'POST /v1/conversations/{id}/lead',
      'POST /v1/conversations/{id}/move-message',
      'POST /v1/deliveries/{id}/settle',
    ];
    expect([...some, ...never].toSorted()).toEqual(all.toSorted());
  });

  let keys = 0;
  const cases = named(commands(1)).map(([name], index) => [name, index] as const);
  it.each(cases)('%s', async (_, index) => {
    for (const [time, first, second] of [
      [1, byRest, byGraphql],
      [2, byGraphql, byRest],
    ] as const) {
      const same = { ...commands(time)[index], headers: { 'idempotency-key': `both-${(keys += 1)}` } } as Asked;
      const answers = [await first(same)];
      // Another intent under the same key would be refused, another target would be written to.
      expect(await api.recorded(async () => answers.push(await second(same)))).toEqual([]);
      const [rest, graphql] = (time === 1 ? answers : answers.toReversed()) as [Answer, Answer];
      expect(rest.status).toBeLessThan(300);
      expect(valueIn(graphql, same.route)).toMatchObject(rest.body);
    }
  });

  it('a key in the input applies to its mutation, and takes precedence over the header', async () => {
    const { query } = requestFor(schema, 'sendMessage');
    const ask = (idempotencyKey: string): Promise<Answer> =>
      api.graphql(
        query,
        { input: { conversationId: id, ...hello, idempotencyKey } },
        { as: sample.owner, headers: { 'idempotency-key': 'header' } },
      );
    const [one, other, again] = [await ask('one'), await ask('other'), await ask('one')];
    expect(again.body).toEqual(one.body);
    expect(other.body).not.toEqual(one.body);
  });
});

const forged = { after: 'forged' };
const refused: readonly Asked[] = [
  { route: 'POST /v1/conversations', given: {} },
  { route: 'POST /v1/conversations', given: { contactId: NOBODY } },
  { route: 'POST /v1/conversations', given: { phone: '555' } },
  { route: 'POST /v1/conversations', given: { contactId }, headers: { 'if-match': '"1"' } },
  { route: 'POST /v1/conversations/{id}/messages', id, given: { ...hello, channel: 'sms' } },
  { route: 'POST /v1/conversations/{id}/messages', id, given: { ...hello, text: ' ' } },
  { route: 'POST /v1/conversations/{id}/messages', id, given: { ...hello, channel: 'fax' } },
  { route: 'POST /v1/conversations/{id}/messages', id: NOBODY, given: hello },
  { route: 'POST /v1/conversations/{id}/messages', id, given: hello, headers: { 'if-match': '"99"' } },
  { route: 'POST /v1/conversations/{id}/notes', id: NOBODY, given: { text: 'Hi' } },
  { route: 'POST /v1/conversations/{id}/notes', id, given: { text: 'Hi', mentions: ['nobody'] } },
  { route: 'POST /v1/conversations/{id}/read', id: NOBODY },
  { route: 'POST /v1/conversations/{id}/read-position', id: NOBODY },
  { route: 'POST /v1/conversations/{id}/unread', id: 'no-uuid' },
  { route: 'GET /v1/blocks', given: forged },
  { route: 'POST /v1/blocks', given: {} },
  { route: 'POST /v1/blocks', given: { phone: '555' } },
  { route: 'POST /v1/blocks', given: { contactId: NOBODY } },
  { route: 'POST /v1/blocks/{id}/lift', id: NOBODY },
  { route: 'GET /v1/blocks/{id}/messages', id: NOBODY },
  { route: 'POST /v1/conversations/{id}/snooze', id, given: { until: '2020-01-01T09:00:00Z' } },
  { route: 'POST /v1/conversations/{id}/unsnooze', id: NOBODY },
  { route: 'POST /v1/conversations/{id}/move-message', id, given: { messageId: NOBODY, to: id } },
  { route: 'POST /v1/conversations/{id}/move-message', id, given: { messageId: 'no id', to: id } },
  { route: 'POST /v1/conversations/{id}/label', id, given: { label: ' ' } },
  { route: 'POST /v1/conversations/{id}/label', id, given: { label: 'x'.repeat(41) } },
  { route: 'POST /v1/conversations/{id}/unlabel', id: NOBODY, given: { label: 'VIP' } },
  { route: 'GET /v1/conversations', given: { label: ' ' } },
  { route: 'GET /v1/conversations', given: { label: 'VIP', folder: 'all' } },
  { route: 'POST /v1/conversations/{id}/mute', id, given: { until: '2020-01-01T09:00:00Z' } },
  { route: 'POST /v1/conversations/{id}/unmute', id: NOBODY },
  { route: 'PUT /v1/conversations/{id}/assignee', id, given: { assignee: 'nobody' } },
  { route: 'PUT /v1/conversations/{id}/assignee', id, given: { assignee: '' } },
  { route: 'PUT /v1/conversations/{id}/assignee', id: NOBODY, given: { assignee: null } },
  { route: 'POST /v1/conversations/{id}/archive', id, headers: { 'if-match': '"99"' } },
  { route: 'POST /v1/conversations/{id}/unarchive', id: NOBODY },
  { route: 'POST /v1/conversations/bulk', given: { action: 'archive' } },
  { route: 'POST /v1/conversations/bulk', given: { action: 'archive', ids: [] } },
  { route: 'POST /v1/conversations/bulk', given: { action: 'archive', ids: [id], folder: 'read' } },
  { route: 'POST /v1/conversations/bulk', given: { action: 'delete', ids: [id] } },
  { route: 'POST /v1/conversations/bulk', given: { action: 'archive', position: 'tomorrow' } },
  { route: 'GET /v1/bulk-jobs/{id}', id: NOBODY },
  { route: 'GET /v1/bulk-jobs/{id}/results', id: NOBODY },
  { route: 'POST /v1/conversations/{id}/archive', id, headers: { 'idempotency-key': 'a b' } },
  { route: 'POST /v1/conversations/{id}/delete', id, given: { confirm: 'delete' } },
  { route: 'POST /v1/conversations/{id}/delete', id, given: { confirm: 'no' } },
  { route: 'POST /v1/conversations/{id}/lead', id, given: lead },
  { route: 'POST /v1/conversations/{id}/lead', id: NOBODY, given: lead },
  { route: 'POST /v1/leads', given: { ...lead, application: 'Form', email: null } },
  { route: 'POST /v1/leads', given: { ...lead, application: ' ' } },
  { route: 'POST /v1/contacts', given: {} },
  { route: 'POST /v1/contacts', given: { phones: ['555'] } },
  { route: 'POST /v1/contacts', given: { name: 'x', contactType: 'friend' } },
  { route: 'POST /v1/contacts', given: { name: 'x', timeZone: '+01:00' } },
  { route: 'PATCH /v1/contacts/{id}', id: NOBODY, given: { name: 'x' } },
  { route: 'PATCH /v1/contacts/{id}', id: contactId, given: { emails: ['nobody'] } },
  { route: 'PUT /v1/contacts', given: { externalId: ' ' } },
  { route: 'PUT /v1/contacts', given: { externalId: 'x', phones: ['555'] } },
  { route: 'DELETE /v1/contacts/{id}', id: NOBODY },
  { route: 'POST /v1/contacts/{id}/restore', id: NOBODY },
  { route: 'POST /v1/referrals', given: { referrerId: NOBODY, referredId: contactId } },
  { route: 'POST /v1/referrals', given: { referrerId: contactId, referredId: 'x' } },
  { route: 'PUT /v1/referrals/{id}/status', id: NOBODY, given: { status: 'won' } },
  { route: 'PUT /v1/referrals/{id}/status', id: sample.referralId, given: { status: ' ' } },
  { route: 'PUT /v1/referrals', given: { externalId: 'unknown', status: 'won' } },
  { route: 'PUT /v1/referrals', given: { externalId: 'unknown', referrerExternalId: 'nobody' } },
  { route: 'POST /v1/referrals/{id}/payouts', id: NOBODY, given: payout },
  { route: 'POST /v1/referrals/{id}/payouts', id: sample.referralId, given: { ...payout, amount: 0 } },
  { route: 'POST /v1/referrals/{id}/payouts', id: sample.referralId, given: { ...payout, currency: 'usd' } },
  { route: 'POST /v1/consents', given: { ...consent, contactId: NOBODY } },
  { route: 'POST /v1/consents', given: { ...consent, tickedAt: '2999-01-01T00:00:00Z' } },
  { route: 'POST /v1/consents', given: { ...consent, purpose: 'fun' } },
  { route: 'POST /v1/deliveries/{id}/settle', id: NOBODY, given: { decision: 'leave' } },
  { route: 'POST /v1/deliveries/{id}/settle', id: NOBODY, given: { decision: 'wait' } },
  { route: 'GET /v1/members', given: forged },
  { route: 'GET /v1/members/{id}', id: 'nobody' },
  { route: 'POST /v1/members', given: { userId: 'x', name: 'X', email: 'x@example.org', role: 'king' } },
  { route: 'POST /v1/members', given: { userId: sample.manager.id, name: 'X', email: 'x@example.org', role: 'agent' } },
  { route: 'PUT /v1/members/{id}/role', id: 'nobody', given: { role: 'agent' } },
  { route: 'PUT /v1/members/{id}/role', id: sample.owner.id, given: { role: 'agent' } },
  { route: 'PUT /v1/members/{id}/role', id: sample.manager.id, given: { role: 'contact' } },
  {
    route: 'PUT /v1/members/{id}/role',
    id: sample.manager.id,
    given: { role: 'agent' },
    headers: { 'if-match': '"9"' },
  },
  { route: 'POST /v1/members/{id}/permissions/give', id: sample.viewer.id, given: { permission: 'members:write' } },
  { route: 'POST /v1/members/{id}/permissions/give', id: sample.manager.id, given: { permission: 'root' } },
  { route: 'POST /v1/members/{id}/permissions/withdraw', id: sample.owner.id, given: { permission: 'members:write' } },
  { route: 'DELETE /v1/members/{id}', id: 'nobody' },
  { route: 'DELETE /v1/members/{id}', id: sample.manager.id, given: { successor: sample.viewer.id } },
  { route: 'DELETE /v1/members/{id}', id: sample.owner.id },
  { route: 'PUT /v1/me/preferences', given: { email: 'hourly' } },
  { route: 'GET /v1/me/notifications', given: forged },
  { route: 'PUT /v1/program/name', given: { name: ' ' } },
  { route: 'PUT /v1/program/policies', given: { name: 'unsolicitedMessages', value: 'two' } },
  { route: 'PUT /v1/program/policies', given: { name: 'mood', value: 'good' } },
  { route: 'PUT /v1/program/widget-origins', given: { origins: ['https://shop.example/page'] } },
  { route: 'PUT /v1/program/opt-in-text', given: { text: 'Reply YES' } },
  { route: 'PUT /v1/program/senders', given: { ...account, authToken: '' } },
  { route: 'PUT /v1/program/senders', given: { ...account, accountSid: 'AC7', authToken: 'token' } },
  { route: 'POST /v1/program/senders/end-rotation', given: { senderId: 'nobody' } },
  { route: 'PUT /v1/program/links', given: links('https://portal.example/') },
  {
    route: 'PUT /v1/program/links',
    given: links('https://a.example/{conversationId}'),
    headers: { 'if-match': '"99"' },
  },
  { route: 'GET /v1/counts', given: { position: '1' } },
  { route: 'GET /v1/portal/counts', given: { position: '1' } },
  { route: 'POST /v1/portal/conversations/{id}/read', id: NOBODY },
  { route: 'POST /v1/exports', given: { format: 'csv', from: '2026-01-06', to: '2026-01-05' } },
  { route: 'POST /v1/exports', given: { format: 'csv', to: '2026-02-30' } },
  { route: 'GET /v1/exports', given: forged },
  { route: 'GET /v1/exports/{id}', id: NOBODY },
  { route: 'POST /v1/portal/conversations/{id}/messages', id: NOBODY, given: { text: 'Hi' } },
  { route: 'POST /v1/portal/conversations/{id}/messages', id, given: { text: ' ' } },
  { route: 'GET /v1/portal/conversations', given: forged },
  { route: 'GET /v1/portal/conversations/{id}/messages', id: NOBODY },
  { route: 'GET /v1/portal/conversations/{id}/messages', id: 'no-uuid' },
  { route: 'GET /v1/conversations', given: { folder: 'all', contactId } },
  { route: 'GET /v1/conversations', given: { limit: 201 } },
  { route: 'GET /v1/conversations', given: forged },
  { route: 'GET /v1/conversations/{id}', id: NOBODY },
  { route: 'GET /v1/conversations/{id}', id, given: { position: '1' } },
  { route: 'GET /v1/conversations/{id}/messages', id, given: { order: 'up' } },
  { route: 'GET /v1/conversations/{id}/messages', id, given: forged },
  { route: 'GET /v1/contacts', given: { search: ' ' } },
  { route: 'GET /v1/contacts', given: { search: 'x', limit: 51 } },
  { route: 'GET /v1/contacts/{id}', id: NOBODY },
  { route: 'GET /v1/contacts/{id}/conversations', id: NOBODY },
  { route: 'GET /v1/contacts/{id}/conversations', id: contactId, given: forged },
  { route: 'GET /v1/contacts/{id}/deliveries', id: NOBODY },
  { route: 'GET /v1/contacts/{id}/deliveries', id: contactId, given: { limit: 0 } },
  { route: 'GET /v1/contacts/{id}/history', id: NOBODY },
  { route: 'GET /v1/contacts/{id}/history', id: contactId, given: { order: 'up' } },
  { route: 'GET /v1/referrals', given: forged },
  { route: 'GET /v1/referrals/{id}', id: NOBODY },
  { route: 'GET /v1/referrals/{id}/timeline', id: NOBODY },
  { route: 'GET /v1/referrals/{id}/timeline', id: sample.referralId, given: forged },
  { route: 'GET /v1/consents/to-renew', given: forged },
  { route: 'GET /v1/imports', given: forged },
  { route: 'GET /v1/imports/{id}', id: NOBODY },
  { route: 'GET /v1/imports/{id}/rows', id: NOBODY },
  { route: 'GET /v1/imports/{id}/rows', id: NOBODY, given: { outcome: 'lost' } },
  { route: 'GET /v1/deliveries', given: { status: 'lost' } },
  { route: 'GET /v1/deliveries', given: { status: 'accepted', after: 'forged' } },
];

describe('G1: both surfaces refuse with the same code', () => {
  it('the table has every operation', () => {
    // They have no parameters, and the caller has every permission.
    const never = [
      'GET /v1/me',
      'GET /v1/me/preferences',
      'GET /v1/program',
      'GET /v1/program/links',
      'GET /v1/program/senders',
    ];
    const refusing = Object.keys(fieldOf).filter((route) => !never.includes(route));
    expect([...new Set(refused.map(({ route }) => route))].toSorted()).toEqual(refusing.toSorted());
  });

  it.each(named(refused))('%s', async (_, operation) => {
    const answers: Answer[] = [];
    const events = await api.recorded(async () => answers.push(await byRest(operation)));
    expect((await api.recorded(async () => answers.push(await byGraphql(operation)))).map(({ type }) => type)).toEqual(
      events.map(({ type }) => type),
    );
    const [rest, graphql] = answers as [Answer, Answer];
    const { status, code, rule, detail } = rest.body;
    expect(status).toBeGreaterThanOrEqual(400);
    expect(graphql.body).toMatchObject({
      data: null,
      errors: [{ message: detail, extensions: { status, code, rule } }],
    });
  });
});

const queries: readonly Asked[] = [
  { route: 'GET /v1/conversations' },
  { route: 'GET /v1/conversations', given: { folder: 'all', limit: 1 } },
  { route: 'GET /v1/conversations', given: { contactId } },
  { route: 'GET /v1/conversations', given: { folder: 'snoozed' } },
  { route: 'GET /v1/conversations', given: { label: 'VIP' } },
  { route: 'GET /v1/conversations', given: { referralId: sample.referralId } },
  { route: 'GET /v1/conversations/{id}', id },
  { route: 'GET /v1/conversations/{id}/messages', id },
  { route: 'GET /v1/conversations/{id}/messages', id, given: { order: 'desc', limit: 1 } },
  { route: 'GET /v1/blocks' },
  { route: 'GET /v1/blocks/{id}/messages', id: sample.blockedId },
  { route: 'GET /v1/contacts', given: { search: 'R' } },
  { route: 'GET /v1/contacts/{id}', id: contactId },
  { route: 'GET /v1/contacts/{id}/conversations', id: contactId, given: { limit: 1 } },
  { route: 'GET /v1/contacts/{id}/deliveries', id: contactId, given: { limit: 1 } },
  { route: 'GET /v1/contacts/{id}/history', id: contactId, given: { order: 'desc', limit: 2 } },
  { route: 'GET /v1/referrals', given: { limit: 1 } },
  { route: 'GET /v1/referrals/{id}', id: sample.referralId },
  { route: 'GET /v1/referrals/{id}/timeline', id: sample.secondReferralId },
  { route: 'GET /v1/referrals/{id}/timeline', id: sample.referralId, given: { order: 'desc', limit: 1 } },
  { route: 'GET /v1/consents/to-renew' },
  { route: 'GET /v1/imports' },
  {
    route: 'GET /v1/imports/{id}',
    get id() {
      return importId;
    },
  },
  {
    route: 'GET /v1/imports/{id}/rows',
    get id() {
      return importId;
    },
  },
  { route: 'GET /v1/deliveries', given: { status: 'accepted' } },
  { route: 'GET /v1/exports' },
  {
    route: 'GET /v1/exports/{id}',
    get id() {
      return exportId;
    },
  },
  { route: 'GET /v1/me' },
  { route: 'GET /v1/members', given: { limit: 2 } },
  { route: 'GET /v1/members/{id}', id: sample.manager.id },
  { route: 'GET /v1/me/preferences' },
  { route: 'GET /v1/me/notifications' },
  { route: 'GET /v1/program' },
  { route: 'GET /v1/program/senders' },
  { route: 'GET /v1/program/links' },
  { route: 'GET /v1/counts' },
  { route: 'GET /v1/portal/counts' },
  { route: 'GET /v1/portal/conversations' },
  { route: 'GET /v1/portal/conversations/{id}/messages', id, given: { order: 'desc' } },
];

type Connection = {
  readonly edges: readonly { readonly node: unknown }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly startCursor: string | null };
  readonly cursor: string | null;
};

/** The data of GraphQL, in the form of REST. */
function asRest(value: unknown): unknown {
  if (Array.isArray(value)) return { documents: value };
  const { edges, pageInfo, cursor } = value as Connection;
  if (edges === undefined) return value;
  return {
    documents: edges.map(({ node }) => node),
    next: pageInfo.endCursor,
    previous: pageInfo.startCursor,
    cursor,
  };
}

describe('G1: both surfaces show the same, field by field', () => {
  it('the table has every query', () => {
    // The sample has no job; bulk.e2e.spec compares one.
    const all = Object.keys(fieldOf).filter((route) => route.startsWith('GET') && !route.includes('bulk-jobs'));
    expect([...new Set(queries.map(({ route }) => route))].toSorted()).toEqual(all.toSorted());
  });

  it.each(named(queries))('%s', async (_, operation) => {
    await api.rest();
    const { status, body } = await byRest(operation);
    expect(status).toBe(200);
    expect(asRest(valueIn(await byGraphql(operation), operation.route))).toEqual(body);
  });
});
