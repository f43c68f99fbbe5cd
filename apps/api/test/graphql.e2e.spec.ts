import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { sample } from '@app/sample-program';
import { Api, expectNoInside, MARKER, NOBODY, type Answer, type Input } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const send =
  'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { conversationId messageId revision position } }';
const input = { conversationId: sample.conversationId, channel: 'in-app', text: `Hello ${MARKER}` };

/** A document is cached once it was parsed, so each is sent more than once: the responses must be equal. */
async function refused(
  document: unknown,
  expected: { readonly status?: number; readonly code: string; readonly field?: string; readonly rule?: string },
  asked: Input = {},
  variables?: unknown,
): Promise<void> {
  const answers: Answer[] = [];
  const events = await api.recorded(async () => {
    for (let time = 0; time < 3; time += 1)
      answers.push(await api.post('/graphql', { query: document, variables }, asked));
  });
  expect(events).toEqual([]);
  for (const { status, body, text } of answers) {
    expect({ status, body }).toMatchObject({
      status: 400,
      body: {
        data: null,
        errors: [{ message: expect.any(String), extensions: { status: 400, rule: expect.any(String), ...expected } }],
      },
    });
    expectNoInside(text);
  }
}

describe('G1: valid GraphQL requests', () => {
  it('inbox, thread, send, archive', async () => {
    const { body: inbox } = await api.graphql(
      '{ inbox { edges { node { id displayName folder answers preview leadState consent revision } } pageInfo { hasNextPage endCursor } } }',
    );
    expect(inbox).toEqual({
      data: {
        inbox: {
          edges: [
            {
              node: expect.objectContaining({
                id: sample.conversationId,
                displayName: 'Rosa Referrer',
                folder: 'unread',
                answers: 1,
                leadState: 'lead',
                consent: 'none',
                revision: 3,
              }),
            },
          ],
          pageInfo: { hasNextPage: false, endCursor: null },
        },
      },
    });
    const { body: sent } = await api.graphql(send, { input });
    const { messageId, position, revision } = (
      sent['data'] as { sendMessage: { messageId: string; position: string; revision: number } }
    ).sendMessage;
    expect(revision).toBe(4);
    const { body: thread } = await api.graphql(
      'query ($id: ID!, $position: String) { conversation(id: $id, position: $position) { folder messages(first: 5) { edges { node { id direction text state authorKind authorId } } } } }',
      { id: sample.conversationId, position },
    );
    expect(thread['data']).toMatchObject({
      conversation: {
        folder: 'replied',
        messages: {
          edges: [
            { node: { direction: 'in', authorKind: 'contact' } },
            { node: { direction: 'out', authorKind: 'staff' } },
            { node: { id: messageId, direction: 'out', text: input.text, authorKind: 'staff', authorId: 'alex' } },
          ],
        },
      },
    });
    const { body: archived } = await api.graphql(
      'mutation ($id: String!) { archiveConversation(input: { conversationId: $id }) { revision position } }',
      { id: sample.conversationId },
    );
    const after = (archived['data'] as { archiveConversation: { position: string } }).archiveConversation.position;
    const { body: rest } = await api.graphql(
      'query ($position: String) { inbox(position: $position) { edges { node { id } } } archived: inbox(folder: "archived") { edges { node { id } } } }',
      { position: after },
    );
    expect(rest['data']).toEqual({
      inbox: { edges: [] },
      archived: { edges: [{ node: { id: sample.conversationId } }] },
    });
  });

  it('a query by GET is answered, a command is not executed', async () => {
    expect((await api.get(`/graphql?query=${encodeURIComponent('{ inbox { edges { node { id } } } }')}`)).status).toBe(
      200,
    );
    const command = `mutation { archiveConversation(input: { conversationId: "${sample.conversationId}" }) { revision } }`;
    const events = await api.recorded(async () => {
      const { status, body } = await api.get(`/graphql?query=${encodeURIComponent(command)}`);
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { data: null, errors: [{ extensions: { code: 'InvalidGraphQL' } }] },
      });
    });
    expect(events).toEqual([]);
  });

  it('of several operations the named one is executed, each time', async () => {
    const query = `query Ask { __typename } mutation Do { archiveConversation(input: { conversationId: "${sample.conversationId}" }) { revision } }`;
    for (const operationName of ['Ask', 'Ask', 'Do', 'Ask', 'Do', 'Do'])
      expect((await api.post('/graphql', { query, operationName })).body['data']).toEqual(
        operationName === 'Ask' ? { __typename: 'Query' } : { archiveConversation: { revision: expect.any(Number) } },
      );
  });

  it('an operation of another name is refused, also of a query that was sent before', async () => {
    const query = 'query Ask { inbox(first: 1) { edges { node { id } } } }';
    for (const operationName of [undefined, 'Ask', null, 'Other', 'Ask', 'Other', '', undefined])
      expect((await api.post('/graphql', { query, operationName })).status).toBe(
        operationName === 'Other' || operationName === '' ? 400 : 200,
      );
  });

  it('null equals absent', async () => {
    const { body } = await api.graphql(
      'query ($x: String) { inbox(folder: $x, after: $x, position: $x) { edges { node { messages(after: $x, position: $x) { edges { node { id } } } } } } }',
      { x: null },
    );
    expect(body['errors']).toBeUndefined();
    const { body: sent } = await api.graphql(send, { input: { ...input, idempotencyKey: null } });
    expect(sent['errors']).toBeUndefined();
  });

  it('introspection is within the limits, and there are no subscriptions', async () => {
    const { body } = await api.graphql(getIntrospectionQuery());
    const schema = buildClientSchema(body['data'] as unknown as IntrospectionQuery);
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toContain('sendMessage');
    expect(schema.getSubscriptionType() ?? null).toBeNull();
  });
});

describe('G1: a GraphQL request that breaks a rule returns its code', () => {
  it.each([
    ['{ inbox(first: 0) { edges { node { id } } } }', { code: 'InvalidRequest', field: 'first', rule: 'min' }],
    ['{ inbox(first: 201) { edges { node { id } } } }', { code: 'InvalidRequest', field: 'first', rule: 'max' }],
    [
      `{ inbox(folder: "${MARKER}") { edges { node { id } } } }`,
      { code: 'InvalidRequest', field: 'folder', rule: 'isIn' },
    ],
    ['{ inbox(after: "forged") { edges { node { id } } } }', { code: 'InvalidCursor', field: 'after' }],
    ['{ inbox(position: "1") { edges { node { id } } } }', { code: 'InvalidPosition', field: 'position' }],
    [
      '{ inbox { edges { node { messages(after: "forged") { edges { node { id } } } } } } }',
      { code: 'InvalidCursor', field: 'after' },
    ],
    [`{ conversation(id: "${NOBODY}") { id } }`, { code: 'ConversationNotFound', status: 404 }],
    [`{ conversation(id: "${MARKER}") { id } }`, { code: 'ConversationNotFound', status: 404 }],
    [
      `{ conversation(id: "${sample.conversationId}", position: "${MARKER}") { id } }`,
      { code: 'InvalidPosition', field: 'position' },
    ],
    ['{ conversation(id: 7) { id } }', { code: 'ConversationNotFound', status: 404 }],
  ] as const)('%s', (document, expected) => refused(document, expected));

  it.each([
    [{ text: '' }, { field: 'text', rule: 'isCleanText' }],
    [{ text: 'x'.repeat(5_001) }, { field: 'text', rule: 'maxLength' }],
    [{ text: `${MARKER}\u0000` }, { field: 'text', rule: 'isCleanText' }],
    [{ text: '\ud800' }, { field: 'text', rule: 'isCleanText' }],
    [{ channel: MARKER }, { field: 'channel', rule: 'isIn' }],
    [{ conversationId: MARKER }, { field: 'conversationId', rule: 'isUuid' }],
    [{ idempotencyKey: `${MARKER} ` }, { field: 'idempotencyKey', rule: 'matches' }],
  ])('send %j', (change, expected) =>
    refused(send, { code: 'InvalidRequest', ...expected }, {}, { input: { ...input, ...change } }),
  );

  it('K8: a refusal names the rule and is stored', async () => {
    const events = await api.recorded(async () => {
      const { body } = await api.graphql(send, { input: { ...input, channel: 'sms' } });
      expect(body).toMatchObject({
        data: null,
        errors: [{ path: ['sendMessage'], extensions: { code: 'NoConsent', rule: 'NoConsent', status: 409 } }],
      });
    });
    expect(events).toMatchObject([{ type: 'SendRefused', data: { rule: 'NoConsent' } }]);
  });

  it('headers have the same effect as in REST', async () => {
    const archive = `mutation { archiveConversation(input: { conversationId: "${sample.conversationId}" }) { revision } }`;
    await refused(archive, { code: 'InvalidIdempotencyKey' }, { headers: { 'idempotency-key': 'a b' } });
    await refused(
      archive,
      { code: 'RevisionMismatch', status: 412, field: 'If-Match' },
      { headers: { 'if-match': '"99"' } },
    );
    await refused(
      send,
      { code: 'RevisionMismatch', status: 412 },
      { headers: { 'if-match': '"99"' } },
      { input: { ...input, idempotencyKey: 'with-a-key' } },
    );
  });
});

describe('G1: an invalid GraphQL request is refused by code, without quoting values', () => {
  const deep = (depth: number): string =>
    `{ __schema { types { fields { type ${'{ ofType '.repeat(depth)}{ name }${' }'.repeat(depth)} } } } }`;
  const wide = `{ ${Array.from({ length: 11 }, (_, index) => `a${index}: inbox { pageInfo { hasNextPage } }`).join(' ')} }`;
  const wideByFragment = `{ ...A } fragment A on Query ${wide}`;
  const manyFields = `{ inbox { edges { node { ${Array.from({ length: 250 }, (_, index) => `a${index}: id`).join(' ')} } } } }`;
  it.each([
    ['', undefined],
    ['{', undefined],
    [`{ inbox("${MARKER}") }`, undefined],
    ['{ nothing }', undefined],
    ['{ inbox }', undefined],
    [`{ inbox(first: "${MARKER}") { edges { node { id } } } }`, undefined],
    ['{ inbox(first: 9999999999) { edges { node { id } } } }', undefined],
    ['query ($first: Int!) { inbox(first: $first) { edges { node { id } } } }', { first: MARKER }],
    ['query ($first: Int!) { inbox(first: $first) { edges { node { id } } } }', {}],
    ['query ($first: Int!) { inbox(first: $first) { edges { node { id } } } }', { first: 1.5 }],
    ['query ($first: Int) { inbox(first: $first) { edges { node { id } } } }', { first: null }],
    ['query ($x: String) { inbox(folder: $x) { edges { node { id } } } }', { x: { [MARKER]: 1 } }],
    [send, { input: { ...input, extra: MARKER } }],
    [send, { input: [input] }],
    [send, { input: null }],
    [send, `${MARKER}`],
    ['subscription { inbox { id } }', undefined],
    ['query A { __typename } query B { __typename }', undefined],
    ['{ ...A } fragment A on Query { ...A }', undefined],
    [deep(20), undefined],
    [wide, undefined],
    [wideByFragment, undefined],
    [manyFields, undefined],
    [7, undefined],
    [null, undefined],
    [{ kind: 'Document' }, undefined],
    ['{"kind":"Document","definitions":[{}]}', undefined],
    [`#${MARKER}\u0000`, undefined],
  ])('%j %j', (document, variables) =>
    refused(document, { code: 'InvalidGraphQL', rule: 'InvalidGraphQL' }, {}, variables),
  );

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '7',
    '[{"query":"{ __typename }"}]',
    '{"query":"{ __typename }","operationName":"X"}',
    `{"query":"{ __typename }","operationName":["${MARKER}"]}`,
    '{"__proto__":{"query":"{ __typename }"}}',
  ])('body %s', async (body) => {
    const answer = await api.ask('POST', '/graphql', { body });
    expect({ status: answer.status, ...answer.body }).toMatchObject({
      status: 400,
      data: null,
      errors: [{ extensions: { code: 'InvalidGraphQL' } }],
    });
    expectNoInside(answer.text);
  });
});
