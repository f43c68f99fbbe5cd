import { buildSchema, type GraphQLSchema } from 'graphql';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { fieldOf, operationRequest, type GraphqlRequest, type Operation } from './operations.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
let schema: GraphQLSchema;
beforeAll(async () => {
  api = await Api.start();
  schema = buildSchema(api.standalone.graphqlSchema());
  await addSecondProgram(api.standalone.app);
  await api.rest();
});
afterAll(() => api.close());

/** A response without the parts that differ in every response. */
const essence = ({ status, body: { correlationId: _, ...body } }: Answer): object => ({ status, body });

/**
 * Requests resources of the other program and resources that do not exist: the responses must be equal, and nothing
 * written.
 */
async function asIfUnknown(
  method: string,
  path: (id: string) => string,
  theirs: string,
  body?: (id: string) => unknown,
): Promise<Answer> {
  const ask = (id: string): Promise<Answer> =>
    api.ask(method, path(id), { as: sample.owner, ...(body && { body: body(id) }) });
  const answers: Answer[] = [];
  expect(await api.recorded(async () => answers.push(await ask(theirs), await ask(NOBODY)))).toEqual([]);
  const [other, unknown] = answers as [Answer, Answer];
  expect(essence(other)).toEqual(essence(unknown));
  expectNothingOfTheirs(other.text);
  return other;
}

function expectNothingOfTheirs(text: string): void {
  for (const theirs of [
    second.contactName,
    second.contactPhone,
    second.text,
    second.senderPhone,
    second.referralId,
    second.conversationId,
    second.contactId,
    '@second.example',
  ])
    expect(text).not.toContain(theirs);
}

const hello = { channel: 'in-app', text: 'Hello' };

describe('G5: another program’s ids do not exist', () => {
  type Case = readonly [
    method: string,
    path: (id: string) => string,
    theirs: string,
    code: string,
    body?: (id: string) => unknown,
  ];
  const cases: readonly Case[] = [
    ['GET', (id) => `/v1/conversations/${id}`, second.conversationId, 'ConversationNotFound'],
    ['GET', (id) => `/v1/conversations/${id}/messages`, second.conversationId, 'ConversationNotFound'],
    ['POST', (id) => `/v1/conversations/${id}/messages`, second.conversationId, 'ConversationNotFound', () => hello],
    [
      'POST',
      (id) => `/v1/conversations/${id}/notes`,
      second.conversationId,
      'ConversationNotFound',
      () => ({ text: 'Hi' }),
    ],
    ['POST', (id) => `/v1/conversations/${id}/read`, second.conversationId, 'ConversationNotFound'],
    ['POST', (id) => `/v1/conversations/${id}/unread`, second.conversationId, 'ConversationNotFound'],
    ['POST', (id) => `/v1/conversations/${id}/archive`, second.conversationId, 'ConversationNotFound'],
    ['GET', (id) => `/v1/contacts/${id}`, second.contactId, 'ContactNotFound'],
    ['PATCH', (id) => `/v1/contacts/${id}`, second.contactId, 'ContactNotFound', () => ({ name: 'Mine' })],
    ['GET', (id) => `/v1/referrals/${id}`, second.referralId, 'ReferralNotFound'],
    ['POST', () => '/v1/conversations', second.contactId, 'ContactNotFound', (contactId) => ({ contactId })],
    ['POST', () => '/v1/conversations', second.referralId, 'ReferralNotFound', (referralId) => ({ referralId })],
    [
      'POST',
      () => '/v1/conversations',
      second.referralId,
      'ReferralNotFound',
      (referralId) => ({ referralId, with: 'referred' }),
    ],
    [
      'POST',
      () => '/v1/referrals',
      second.contactId,
      'ContactNotFound',
      (referrerId) => ({ referrerId, referredId: sample.contact.id }),
    ],
    [
      'POST',
      () => '/v1/referrals',
      second.contactId,
      'ContactNotFound',
      (referredId) => ({ referrerId: sample.contact.id, referredId }),
    ],
    [
      'POST',
      () => '/v1/consents',
      second.contactId,
      'ContactNotFound',
      (contactId) => ({ contactId, wording: 'w', wordingVersion: '1', source: 's' }),
    ],
    [
      'POST',
      () => '/v1/consents',
      second.referralId,
      'ReferralNotFound',
      (referralId) => ({ contactId: sample.contact.id, referralId, wording: 'w', wordingVersion: '1', source: 's' }),
    ],
  ];
  it.each(cases.map((each) => [`${each[0]} ${each[1]('their id')} ${each[3]}`, each] as const))(
    '%s',
    async (_, [method, path, theirs, code, body]) => {
      expectProblem(await asIfUnknown(method, path, theirs, body), { status: 404, code });
    },
  );

  it('another program’s delivery cannot be settled', async () => {
    await api.post(`/v1/conversations/${second.conversationId}/messages`, hello, { as: second.agent });
    await api.rest();
    const { body } = await api.get('/v1/deliveries?status=accepted', { as: second.owner });
    const [delivery] = body['documents'] as { id: string }[];
    expect(delivery).toBeDefined();
    expectProblem(
      await asIfUnknown(
        'POST',
        (id) => `/v1/deliveries/${id}/settle`,
        String(delivery?.id),
        () => ({ decision: 'leave' }),
      ),
      { status: 404, code: 'DeliveryNotFound' },
    );
    const settle = (id: string): GraphqlRequest =>
      operationRequest(schema, { route: 'POST /v1/deliveries/{id}/settle', id, given: { decision: 'leave' } });
    expect((await asIfUnknown('POST', () => '/graphql', String(delivery?.id), settle)).body).toMatchObject({
      errors: [{ extensions: { code: 'DeliveryNotFound', status: 404 } }],
    });
  });

  const byGraphql = cases.map(([method, path, theirs, code, body]) => {
    const route = `${method} ${path('{id}')}`;
    return [fieldOf[route] ?? '', code, { route, theirs, hasId: route.includes('{id}'), body }] as const;
  });
  it.each(byGraphql)('GraphQL: %s %s', async (_, code, { route, theirs, hasId, body }) => {
    const request = (id: string): GraphqlRequest =>
      operationRequest(schema, { route, ...(hasId && { id }), given: (body?.(id) ?? {}) as Operation['given'] & {} });
    const answer = await asIfUnknown('POST', () => '/graphql', theirs, request);
    expect(answer.body).toMatchObject({ data: null, errors: [{ extensions: { code, status: 404 } }] });
  });
});

describe('G5: lists contain only the program’s own data', () => {
  const paths = [
    '/v1/conversations?folder=all&limit=200',
    '/v1/conversations?folder=inbox',
    '/v1/conversations?folder=unread',
    `/v1/conversations?contactId=${second.contactId}`,
    `/v1/conversations?referralId=${second.referralId}`,
    '/v1/contacts?search=Sam',
    `/v1/contacts?search=${encodeURIComponent(second.contactPhone)}`,
    `/v1/contacts?search=${second.contactId}`,
    '/v1/contacts?search=%25',
    '/v1/referrals?limit=200',
    '/v1/deliveries?status=accepted&limit=200',
    '/v1/members?limit=200',
    '/v1/deliveries?status=requested',
  ];
  it.each(paths)('%s', async (path) => {
    const answer = await api.get(path, { as: sample.owner });
    expect(answer.status).toBe(200);
    expectNothingOfTheirs(answer.text.replace(JSON.stringify(path), ''));
  });

  it.each(paths)('and in GraphQL: %s', async (path) => {
    const [route, given] = path.split('?');
    const { limit, ...rest } = Object.fromEntries(new URLSearchParams(given));
    const { query, variables } = operationRequest(schema, {
      route: `GET ${String(route)}`,
      given: { ...rest, ...(limit !== undefined && { limit: Number(limit) }) },
    });
    const { status, text } = await api.graphql(query, variables, { as: sample.owner });
    expect(status).toBe(200);
    expectNothingOfTheirs(text);
  });

  it('and so do the messages in them', async () => {
    const { text, status } = await api.graphql(
      '{ inbox(folder: "all", first: 100) { edges { node { id messages { edges { node { text author { id } } } } } } } }',
    );
    expect(status).toBe(200);
    expectNothingOfTheirs(text);
  });

  it('a cursor of another program is invalid', async () => {
    await api.post('/v1/conversations', { phone: '+14155550279' }, { as: second.agent });
    await api.rest();
    const { body } = await api.get('/v1/conversations?limit=1', { as: second.agent });
    expect(body['next']).toEqual(expect.any(String));
    expectProblem(await api.get(`/v1/conversations?limit=1&after=${String(body['next'])}`), {
      status: 400,
      code: 'InvalidCursor',
      field: 'after',
    });
  });

  it('the same phone, external id and idempotency key are two contacts of two programs', async () => {
    const body = { externalId: 'twin', name: 'Twin', phones: ['+14155550280'] };
    const headers = { 'idempotency-key': 'twin' };
    const [mine, theirs] = await Promise.all(
      [sample.agent, second.agent].map((as) => api.post('/v1/contacts', body, { as, headers })),
    );
    expect([mine?.status, theirs?.status]).toEqual([201, 201]);
    expect(mine?.body['contactId']).not.toBe(theirs?.body['contactId']);
    expect((await api.get(`/v1/contacts/${String(theirs?.body['contactId'])}`)).status).toBe(404);
  });
});

describe('M5: the portal shows a contact only its own conversations', () => {
  it('and neither another contact’s nor another program’s', async () => {
    const { body } = await api.post('/v1/conversations', { referralId: sample.referralId, with: 'referred' });
    await api.rest();
    for (const id of [String(body['conversationId']), second.conversationId, NOBODY]) {
      expectProblem(await api.get(`/v1/portal/conversations/${id}/messages`, { as: sample.contact }), {
        status: 404,
        code: 'ConversationNotFound',
      });
      expect(
        await api.recorded(async () =>
          expectProblem(
            await api.post(`/v1/portal/conversations/${id}/messages`, { text: 'x' }, { as: sample.contact }),
            { status: 404, code: 'ConversationNotFound' },
          ),
        ),
      ).toEqual([]);
      for (const operation of [
        { route: 'GET /v1/portal/conversations/{id}/messages', id },
        { route: 'POST /v1/portal/conversations/{id}/messages', id, given: { text: 'x' } },
      ]) {
        const { query, variables } = operationRequest(schema, operation);
        expect(
          await api.recorded(async () =>
            expect((await api.graphql(query, variables, { as: sample.contact })).body).toMatchObject({
              data: null,
              errors: [{ extensions: { code: 'ConversationNotFound', status: 404 } }],
            }),
          ),
        ).toEqual([]);
      }
    }
    const { body: list, text } = await api.get('/v1/portal/conversations', { as: sample.contact });
    expect(list['documents']).toMatchObject([{ id: sample.conversationId }]);
    expectNothingOfTheirs(text);
  });

  it('R5: and none once the account is closed, or with another role', async () => {
    expectProblem(
      await api.get('/v1/portal/conversations', { as: { ...sample.contact, programId: second.programId } }),
      { status: 404, code: 'ContactNotFound' },
    );
    await api.ask('PATCH', `/v1/contacts/${second.contactId}`, { as: second.agent, body: { active: false } });
    for (const path of ['', `/${second.conversationId}/messages`])
      expectProblem(await api.get(`/v1/portal/conversations${path}`, { as: second.contact }), {
        status: 403,
        code: 'PortalClosed',
      });
    expectProblem(
      await api.post(
        `/v1/portal/conversations/${second.conversationId}/messages`,
        { text: 'x' },
        { as: second.contact },
      ),
      { status: 403, code: 'PortalClosed' },
    );
  });
});
