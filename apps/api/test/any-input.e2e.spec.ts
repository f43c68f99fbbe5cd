import fc from 'fast-check';
import type { OpenAPIObject } from '@nestjs/swagger';
import { buildSchema } from 'graphql';
import { signForm } from '@app/emulators/twilio';
import { sample } from '@app/sample-program';
import { almost, bodyOf, caller, headers, query, segment, wild } from './any-input.fixture.js';
import { ACCOUNT, Api, expectNoInside, PROVIDER_TOKEN, type Answer, type Input } from './api.fixture.js';
import { argumentsOf, fieldOf, requestFor } from './operations.fixture.js';
import { routesOf } from './routes.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

type Request = { readonly method: string; readonly path: string; readonly input: Input };
type Schema = {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly unknown[] }>>;
};

const MOST_MS = 1_200;

/**
 * Sends any input and expects no failure: no 5xx, every refusal a problem document, and a process that keeps running. A
 * failure prints its seed.
 */
async function neverBreaks(
  request: fc.Arbitrary<Request>,
  check: (answer: Answer) => void = isProblemOrFine,
): Promise<void> {
  const several = fc.array(request, { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(several, async (requests) => {
      for (const answer of await Promise.all(requests.map(({ method, path, input }) => api.ask(method, path, input))))
        check(answer);
    }),
    { numRuns: 40, interruptAfterTimeLimit: MOST_MS },
  );
  expect((await api.get('/health/ready', { as: null })).body).toEqual({ status: 'ready' });
}

function isProblemOrFine({ status, headers: { 'content-type': type }, body, text }: Answer): void {
  expect(status).toBeLessThan(500);
  if (status < 400 || text === '') return;
  expect(type).toContain('application/problem+json');
  expect(body).toMatchObject({
    status,
    code: expect.stringMatching(/^[A-Z]\w+$/),
    rule: expect.stringMatching(/^\w+$/),
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
  });
  expectNoInside(text);
}

async function description(
  method: string,
  path: string,
): Promise<{ parameters: readonly string[]; fields: Readonly<Record<string, readonly unknown[]>> }> {
  const { body } = await api.get('/openapi.json', { as: null });
  const { paths, components } = body as unknown as OpenAPIObject;
  const operation = paths[path]?.[method.toLowerCase() as 'get'];
  const parameters = (operation?.parameters ?? []).flatMap((each) =>
    'in' in each && each.in === 'query' ? [each.name] : [],
  );
  const { content } = (operation?.requestBody ?? { content: {} }) as {
    content: Readonly<Record<string, { schema?: Schema }>>;
  };
  const name = content['application/json']?.schema?.$ref?.split('/').at(-1) ?? '';
  const { properties = {} } = (components?.schemas?.[name] ?? {}) as Schema;
  return {
    parameters,
    fields: Object.fromEntries(Object.entries(properties).map(([field, { enum: choices = [] }]) => [field, choices])),
  };
}

/** A request to a route according to its description, with random values everywhere. */
async function requestsTo(method: string, path: string): Promise<fc.Arbitrary<Request>> {
  const { parameters, fields } = await description(method, path);
  const filled = fc
    .tuple(...path.split('/').map((part) => (part.startsWith('{') ? segment : fc.constant(part))))
    .map((parts) => parts.join('/'));
  return fc
    .record({
      filled,
      query: query(parameters),
      body: method === 'GET' ? fc.constant(undefined) : bodyOf(fields),
      headers,
      as: caller,
      another: fc.constantFrom(null, null, null, null, null, 'HEAD', 'OPTIONS', 'PUT', 'DELETE'),
    })
    .map(({ filled: url, query: asked, body, headers: given, as, another }) => ({
      method: another ?? method,
      path: `${url}${asked}`,
      input: { as, headers: given, ...(body !== undefined && another === null && { body }) },
    }));
}

describe('G1: any request gets a proper response', () => {
  it('every route of the description', async () => {
    for (const { method, path } of await routesOf(api)) {
      await neverBreaks(await requestsTo(method, path)).catch((error: unknown) => {
        throw new Error(`${method} ${path}`, { cause: error });
      });
    }
  }, 60_000);

  it.each([
    '/health/live',
    '/health/ready',
    '/openapi.json',
    '/dev/mail',
    '/docs',
    '/',
    '/v1',
    '/v1/portal/x',
    '/favicon.ico',
  ])('%s', async (path) => {
    await neverBreaks(await requestsTo('GET', path));
  });

  it('routes that do not exist', async () => {
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
    await neverBreaks(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
        path,
        input: fc.record({ headers, as: caller }),
      }),
    );
  });
});

describe('T3: any form posted as the provider', () => {
  const paths = fc.oneof(
    fc.constantFrom(`/webhooks/twilio/${sample.programId}/messages`, `/webhooks/twilio/${sample.programId}/status/x.1`),
    fc.tuple(segment, segment).map(([program, claim]) => `/webhooks/twilio/${program}/status/${claim}`),
  );
  const texts = almost({
    MessageSid: [`SM${'1'.repeat(32)}`, `SM${'2'.repeat(32)}`],
    AccountSid: [ACCOUNT],
    From: [sample.senderPhone, '+14155550195'],
    To: [sample.senderPhone],
    Body: ['Hi', 'STOP', 'yes'],
    NumMedia: ['0', '1e99'],
    MessageStatus: ['sent'],
    ErrorCode: ['30003'],
  });
  const forms = texts.map((form) =>
    Object.fromEntries(
      Object.entries(form).map(([name, value]) => [
        name.toWellFormed(),
        String(typeof value === 'object' ? JSON.stringify(value) : value).toWellFormed(),
      ]),
    ),
  );
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };

  it('with a valid signature, and the event store keeps working', async () => {
    const signed = fc.tuple(paths, forms).map(([path, form]) => {
      const signature = signForm(PROVIDER_TOKEN, `${api.url}${path}`, form);
      return {
        method: 'POST',
        path,
        input: {
          as: null,
          body: new URLSearchParams(form).toString(),
          headers: { ...urlencoded, 'x-twilio-signature': signature },
        },
      };
    });
    await neverBreaks(signed);
    const path = `/webhooks/twilio/${sample.programId}/messages`;
    const form = {
      MessageSid: `SM${'f'.repeat(32)}`,
      AccountSid: ACCOUNT,
      From: '+14155550196',
      To: sample.senderPhone,
      Body: 'still there?',
    };
    await api.ask('POST', path, {
      as: null,
      body: new URLSearchParams(form).toString(),
      headers: { ...urlencoded, 'x-twilio-signature': signForm(PROVIDER_TOKEN, `${api.url}${path}`, form) },
    });
    await api.rest();
    expect((await api.get('/v1/conversations?limit=1')).body['documents']).toMatchObject([
      { preview: 'still there?', phone: '+14155550196' },
    ]);
  });

  it('without a signature', async () => {
    const bodies = fc.oneof(
      forms.map((form) => new URLSearchParams(form).toString()),
      fc.constantFrom('', '&&&', '=', '%zz=%', 'a&a&a', 'a=1&a=2', '__proto__=1', 'a[b]=c'),
      bodyOf({ Body: [] }).map((body) => body ?? ''),
    );
    await neverBreaks(
      fc.record({
        method: fc.constant('POST'),
        path: paths,
        input: fc.record({
          as: fc.constant(null),
          body: bodies,
          headers: headers.map((given) => ({ ...urlencoded, ...given })),
        }),
      }),
    );
  });
});

describe('G1: any GraphQL request', () => {
  const check = (answer: Answer): void => {
    const { status, body, text } = answer;
    expect(status).toBeLessThan(500);
    if (text.includes('problem') && !text.includes('"errors":[{"message"')) return isProblemOrFine(answer);
    for (const { extensions } of (body['errors'] ?? []) as { extensions: object }[])
      expect(extensions).toMatchObject({ code: expect.stringMatching(/^[A-Z]\w+$/), status: expect.any(Number) });
    expect([200, 302, 400, 401]).toContain(status);
    expect(text).not.toContain('InternalError');
    expectNoInside(text);
  };
  const documents = fc.constantFrom(
    'query ($a: Int, $b: String, $c: String) { inbox(first: $a, after: $b, folder: $c) { edges { node { id messages(after: $b) { edges { node { text } } } } } } }',
    'query ($a: Int!, $b: String) { inbox(first: $a, position: $b) { edges { node { id } } } }',
    'query ($a: ID!, $b: String) { conversation(id: $a, position: $b) { id } }',
    'mutation ($a: SendMessageInput!) { sendMessage(input: $a) { messageId } }',
    'mutation ($a: ArchiveConversationInput!) { archiveConversation(input: $a) { revision } }',
  );
  const input = almost({
    conversationId: [sample.conversationId],
    channel: ['in-app', 'sms'],
    text: ['Hello'],
    idempotencyKey: ['k'],
  });
  const variables = fc.oneof(wild, fc.record({ a: fc.oneof(wild, input), b: wild, c: wild }, { requiredKeys: [] }));
  const asked = (body: fc.Arbitrary<unknown>): fc.Arbitrary<Request> =>
    fc.tuple(body, caller, headers).map(([given, as, { 'content-type': _, ...more }]) => ({
      method: 'POST',
      path: '/graphql',
      input: { as, body: JSON.stringify(given), headers: more },
    }));

  it('in variables', () => neverBreaks(asked(fc.record({ query: documents, variables })), check));
  it('in the variables of every field', async () => {
    const schema = buildSchema(api.standalone.graphqlSchema());
    for (const path of Object.values(fieldOf)) {
      const names = argumentsOf(schema, path.split('.')[0] ?? '');
      const none = Object.fromEntries(names.map((name) => [name, null]));
      const { query: document, variables: usual } = requestFor(schema, path, none);
      const any = almost(Object.fromEntries(names.map((name) => [name, []])));
      const given = 'input' in usual ? fc.record({ input: any }) : any.map((some) => ({ ...usual, ...some }));
      await neverBreaks(asked(fc.record({ query: fc.constant(document), variables: given })), check).catch(
        (error: unknown) => {
          throw new Error(path, { cause: error });
        },
      );
    }
  }, 60_000);

  it('in documents', () =>
    neverBreaks(
      asked(
        fc.record(
          {
            query: fc.oneof(
              wild,
              fc
                .tuple(documents, fc.nat({ max: 150 }), wild)
                .map(([document, at, any]) => `${document.slice(0, at)}${JSON.stringify(any)}${document.slice(at)}`),
            ),
            operationName: wild,
          },
          { requiredKeys: ['query'] },
        ),
      ),
      check,
    ));
  it('in bodies', () =>
    neverBreaks(
      fc.record({
        method: fc.constant('POST'),
        path: fc.constant('/graphql'),
        input: fc.record({
          as: caller,
          body: bodyOf({ query: ['{ __typename }'], variables: [], operationName: [] }).map((body) => body ?? ''),
        }),
      }),
      check,
    ));
  it('in URLs', () =>
    neverBreaks(
      fc.record({
        method: fc.constantFrom('GET', 'GET', 'HEAD', 'PUT'),
        path: query(['query', 'variables', 'operationName', 'extensions']).map((text) => `/graphql${text}`),
        input: fc.record({ as: caller, headers }),
      }),
      check,
    ));
});
