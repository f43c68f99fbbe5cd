import { buildSchema } from 'graphql';
import { ReadModelStore } from '@app/eventing';
import { sample } from '@app/sample-program';
import { Api, expectNoInside, type Input } from './api.fixture.js';
import { requestFor } from './operations.fixture.js';

let api: Api;
/** Pages that the API requested from the read models. */
let pages = 0;
afterEach(() => api.close());

async function start(changes?: Record<string, string>): Promise<void> {
  api = await Api.start(changes);
  const readModels = api.standalone.app.get(ReadModelStore);
  const page = readModels.page.bind(readModels);
  readModels.page = (...asked) => {
    if (asked[0].name === 'inbox' || asked[0].name === 'thread') pages += 1;
    return page(...asked);
  };
  pages = 0;
}

const messages = (alias: string): string =>
  `${alias}: messages(first: 200) { edges { node { id text state authorId } } }`;
const conversations = (alias: string): string =>
  `${alias}: inbox(first: 200) { edges { node { id ${['m1', 'm2', 'm3', 'm4'].map(messages).join(' ')} } } }`;
/** 6 inboxes of 200 conversations with four times 200 messages each: nearly a million rows. */
const attack = `{ ${Array.from({ length: 6 }, (_, index) => conversations(`i${index}`)).join(' ')} }`;

it('G1: aliases times nested pages are refused before any read model is read, and memory stays constant', async () => {
  await start({ GRAPHQL_COST_PER_MINUTE: '1000000000' });
  const refuse = async (): Promise<void> => {
    const { status, body, text } = await api.graphql(attack);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { data: null, errors: [{ extensions: { code: 'QueryTooCostly', status: 400 } }] },
    });
    expectNoInside(text);
  };
  for (let time = 0; time < 20; time += 1) await refuse();
  const before = process.memoryUsage().heapUsed;
  for (let time = 0; time < 200; time += 1) await refuse();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 2 ** 20);
  expect(pages).toBe(0);
  // Variables do not make it cheaper.
  const { body } = await api.graphql(
    'query ($n: Int!) { inbox(first: $n) { edges { node { messages(first: $n) { edges { node { id text } } } } } } }',
    { n: 200 },
  );
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'QueryTooCostly' } }] });
  expect(pages).toBe(0);
  const { body: modest } = await api.graphql(
    '{ inbox { edges { node { id messages(first: 20) { edges { node { id text } } } } } } }',
  );
  expect(modest['errors']).toBeUndefined();
  expect(pages).toBeGreaterThan(0);
});

it('G1: the cost of one caller’s queries in a minute is limited; another caller is served', async () => {
  await start({ GRAPHQL_COST_PER_MINUTE: '500' });
  const query = '{ inbox(first: 50) { edges { node { id } } } }'; // 160
  for (let time = 0; time < 3; time += 1) expect((await api.graphql(query)).status).toBe(200);
  const { status, headers, body } = await api.graphql(query);
  expect({ status, ...body }).toMatchObject({
    status: 429,
    data: null,
    errors: [{ extensions: { code: 'TooManyRequests', status: 429 } }],
  });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(pages).toBe(3);
  expect((await api.graphql(query, {}, { as: sample.manager })).status).toBe(200);
  // Introspection and commands count as queries do.
  expect((await api.graphql('{ __schema { types { name } } }')).status).toBe(429);
});

it('G1: a list takes as many reads with many rows as with one', async () => {
  await start();
  for (const last of [0, 1, 2]) await api.post('/v1/conversations', { phone: `+1415555020${last}` });
  await api.rest();
  const readModels = api.standalone.app.get(ReadModelStore);
  const ours = ['inbox', 'contacts', 'referrals', 'consents', 'programs'];
  let reads = 0;
  for (const name of ['get', 'page', 'search'] as const) {
    const read = readModels[name].bind(readModels) as (...asked: unknown[]) => unknown;
    Object.assign(readModels, {
      [name]: (...asked: [{ readonly name: string }]) => {
        if (ours.includes(asked[0].name)) reads += 1;
        return read(...asked);
      },
    });
  }
  const schema = buildSchema(api.standalone.graphqlSchema());
  const ask = async (field: string, first: number): Promise<readonly [rows: number, reads: number]> => {
    reads = 0;
    const { query, variables } = requestFor(schema, field, { search: '+1415555', first });
    const { text } = await api.graphql(query, variables);
    return [text.split('"id":').length - 1, reads];
  };
  for (const field of ['inbox', 'contacts', 'referrals']) {
    const [[one, readsOfOne], [many, readsOfMany]] = [await ask(field, 1), await ask(field, 50)];
    expect([field, many > one, readsOfMany]).toEqual([field, true, readsOfOne]);
  }
});

describe('G1: a document that would be expensive to parse is not parsed', () => {
  beforeEach(() => start());

  it.each([
    ['too long', `{ __typename } #${'x'.repeat(10_000)}`],
    ['too many tokens', `{ inbox { edges { node { ${'id '.repeat(1_100)} } } } }`],
    [
      'a parsed one',
      JSON.stringify({
        kind: 'Document',
        definitions: [
          {
            kind: 'OperationDefinition',
            operation: 'query',
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'Field', name: { kind: 'Name', value: '__typename' } }],
            },
          },
        ],
      }),
    ],
  ])('%s', async (_, query) => {
    const { status, body, text } = await api.graphql(query);
    expect({ status, ...body }).toMatchObject({
      status: 400,
      data: null,
      errors: [{ extensions: { code: 'InvalidGraphQL' } }],
    });
    expectNoInside(text);
  });

  it('fragments that expand without end', async () => {
    const fragments = Array.from(
      { length: 30 },
      (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    ).join(' ');
    const began = performance.now();
    const { body } = await api.graphql(`{ ...F0 } ${fragments} fragment F30 on Query { __typename }`);
    expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: 'QueryTooCostly' } }] });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  const without: Input = { as: null };
  it.each(['{ inbox { edges { node { id } } } }', attack, '{', '{ __schema { types { name } } }'])(
    'without a token nothing is parsed: %.40s',
    async (query) => {
      const { status, body } = await api.graphql(query, {}, without);
      expect({ status, ...body }).toMatchObject({
        status: 401,
        data: null,
        errors: [{ extensions: { code: 'TokenMissing', status: 401 } }],
      });
    },
  );

  it('without a token an invalid or endless body is not read', async () => {
    for (const path of ['/graphql', '/v1/conversations'])
      expect((await api.ask('POST', path, { as: null, body: '{"x":' })).status).toBe(401);
  });
});
