import { buildSchema, type GraphQLSchema } from 'graphql';
import type { MemberRole, Permission } from '@app/kernel';
import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, MARKER, type Answer } from './api.fixture.js';
import { fieldOf, operationRequest } from './operations.fixture.js';
import { routesOf } from './routes.fixture.js';

let api: Api;
let schema: GraphQLSchema;
/** Every GET route, with every id that it may be asked for. */
let paths: readonly string[];
beforeAll(async () => {
  api = await Api.start();
  schema = buildSchema(api.standalone.graphqlSchema());
  const { conversationId } = sample;
  const send = { channel: 'in-app', text: `${MARKER} from us` };
  await api.post(`/v1/conversations/${conversationId}/messages`, send, { as: sample.agent });
  const { body } = await api.post(
    `/v1/portal/conversations/${conversationId}/messages`,
    { text: `${MARKER} from the contact` },
    { as: sample.contact },
  );
  // A text shows its content in its delivery too, if anywhere.
  await api.rest();
  await api.get(`/v1/conversations/${conversationId}?position=${String(body['position'])}`, { as: sample.agent });
  const routes = (await routesOf(api)).filter(({ method }) => method === 'GET');
  paths = [
    ...routes.flatMap(({ path }) => (path.includes('{id}') ? ids.map((id) => path.replace('{id}', id)) : [path])),
    '/v1/contacts?search=R',
    ...states.map((status) => `/v1/deliveries?status=${status}&limit=200`),
    '/v1/conversations?folder=all',
    `/v1/conversations?contactId=${sample.contact.id}`,
    '/dev/mail',
  ];
});
afterAll(() => api.close());

const ids = [sample.conversationId, sample.contact.id, sample.secondReferralId, sample.agent.id];
const states = ['requested', 'claimed', 'uncertain', 'accepted', 'refused', 'withheld', 'expired', 'left'];

const byRest = (as: Identity): Promise<readonly Answer[]> => Promise.all(paths.map((path) => api.get(path, { as })));

/** Every query, with the threads of the conversations in a page. */
async function byGraphql(as: Identity): Promise<readonly Answer[]> {
  const given = { search: 'R', status: 'accepted' };
  const queries = Object.keys(fieldOf)
    .filter((route) => route.startsWith('GET'))
    .flatMap((route) => ids.map((id) => operationRequest(schema, { route, id, given })))
    .map(({ query, variables }) => api.graphql(query, variables, { as }));
  const threads = '{ conversations { id preview messages { edges { node { text } } } } }';
  const nested = [
    `{ contact(id: "${sample.contact.id}") ${threads} }`,
    `{ referral(id: "${sample.secondReferralId}") ${threads} }`,
    '{ inbox { edges { node { preview messages { edges { node { text } } } } } } }',
  ];
  return Promise.all([...queries, ...nested.map((query) => api.graphql(query, {}, { as }))]);
}

/** How many responses contain it. */
async function countOf(text: string, as: Identity): Promise<{ readonly rest: number; readonly graphql: number }> {
  const among = (answers: readonly Answer[]): number => answers.filter((answer) => answer.text.includes(text)).length;
  return { rest: among(await byRest(as)), graphql: among(await byGraphql(as)) };
}

/** A new member, whom no process has looked up yet. */
async function member(role: MemberRole, ...withdrawn: readonly Permission[]): Promise<Identity> {
  const userId = `${role}-without-${withdrawn.join()}`;
  const as = sample.owner;
  await api.post('/v1/members', { userId, name: 'Nora', email: 'nora@example.org', role }, { as });
  for (const permission of withdrawn)
    await api.post(`/v1/members/${userId}/permissions/withdraw`, { permission }, { as });
  return { programId: sample.programId, id: userId, kind: 'member' };
}

describe('G4: the texts of messages', () => {
  it('are shown to a reader, in lists, pages and threads', async () => {
    const { rest, graphql } = await countOf(MARKER, sample.reader);
    expect(rest).toBeGreaterThanOrEqual(6);
    expect(graphql).toBeGreaterThanOrEqual(6);
  });

  it('are in no response to a viewer, who sees everything else', async () => {
    expect(await countOf(MARKER, sample.viewer)).toEqual({ rest: 0, graphql: 0 });
    const { body } = await api.get(`/v1/conversations/${sample.conversationId}/messages`, { as: sample.viewer });
    const documents = body['documents'] as readonly { readonly text: string | null; readonly at: string }[];
    expect(documents.length).toBeGreaterThanOrEqual(3);
    expect(new Set(documents.map(({ text }) => text))).toEqual(new Set([null]));
    const { body: one } = await api.get(`/v1/conversations/${sample.conversationId}`, { as: sample.viewer });
    expect(one).toMatchObject({ preview: null, displayName: 'Rosa Referrer', folder: 'unread' });
  });

  it('are in no response to an owner without the permission to read them', async () => {
    expect(await countOf(MARKER, await member('owner', 'messages:read'))).toEqual({ rest: 0, graphql: 0 });
  });
});

describe('G4: conversations', () => {
  it.each([
    ['an integration', () => sample.integration],
    ['an agent without the permission to see them', () => member('agent', 'conversations:read')],
  ])('%s sees none, also in no page', async (_, who) => {
    const as = await who();
    expect(await countOf(MARKER, as)).toEqual({ rest: 0, graphql: 0 });
    // The deliveries name the conversation of each.
    const answers = [...(await byRest(as)), ...(await byGraphql(as))];
    const shown = answers.filter(({ text }) => text.includes('lastActivityAt'));
    expect(shown).toEqual([]);
  });

  it('a reader mutes one for themselves, and changes nothing else', async () => {
    const url = `/v1/conversations/${sample.conversationId}`;
    expect((await api.post(`${url}/unmute`, {}, { as: sample.reader })).status).toBe(200);
    const send = { channel: 'in-app', text: 'Hello' };
    expect((await api.post(`${url}/messages`, send, { as: sample.reader })).body).toMatchObject({
      code: 'NotPermitted',
      detail: expect.stringContaining('conversations:write'),
    });
  });
});
