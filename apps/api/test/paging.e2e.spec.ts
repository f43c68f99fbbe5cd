import { walkPages } from '@app/eventing';
import { sample } from '@app/sample-program';
import { Api, expectProblem } from './api.fixture.js';

let api: Api;
const started: string[] = [];
let position = '';

beforeAll(async () => {
  api = await Api.start();
  for (let index = 0; index < 120; index += 1) {
    const { body } = await api.post('/v1/conversations', { phone: `+1415556${String(1_000 + index)}` });
    started.push(String(body['conversationId']));
    position = String(body['position']);
  }
});
afterAll(() => api.close());

type Row = { readonly id: string; readonly lastActivityAt: string };
type Listing = { readonly documents: readonly Row[]; readonly next: string | null };

async function pages(
  path: string,
  between: (page: number, seen: readonly string[]) => Promise<void> = async () => undefined,
): Promise<readonly (readonly Row[])[]> {
  const all: (readonly Row[])[] = [];
  const page = async (after = ''): Promise<Listing> => {
    const answer = await api.get(`${path}${after && `&after=${after}`}`);
    expect(answer.status).toBe(200);
    return answer.body as unknown as Listing;
  };
  for await (const { documents } of walkPages(page)) {
    all.push(documents);
    await between(
      all.length,
      all.flat().map(({ id }) => id),
    );
  }
  return all;
}

describe('I9: pages of 7 over 121 conversations', () => {
  it('contain each conversation once, newest activity first, and end', async () => {
    const all = await pages(`/v1/conversations?limit=7&position=${position}`);
    expect(all.map(({ length }) => length)).toEqual([...Array<number>(17).fill(7), 2]);
    expect(all.flat().map(({ id }) => id)).toEqual([...started.toReversed(), sample.conversationId]);
  });

  it('miss and repeat none of those that stay in place, while others move to the top and new ones are added', async () => {
    let made = 0;
    const moved: string[] = [];
    const all = await pages('/v1/conversations?limit=7', async (page, seen) => {
      const { body } = await api.post('/v1/conversations', { phone: `+1415557${String(1_000 + (made += 1))}` });
      const back = seen.at(-(page % 3) - 1);
      const { body: sent } = await api.post(`/v1/conversations/${String(back)}/archive`, {});
      moved.push(String(back));
      await api.get(`/v1/conversations?limit=1&position=${String(sent['position'] ?? body['position'])}`);
    });
    const ids = all.flat().map(({ id }) => id);
    expect(ids).toEqual([...started.toReversed(), sample.conversationId]);
    expect(new Set(moved).size).toBeGreaterThan(10);
    const rest = await pages('/v1/conversations?limit=7');
    expect(new Set(rest.flat().map(({ id }) => id)).size).toBe(121 + made - new Set(moved).size);
    const everything = (await pages('/v1/conversations?folder=all&limit=7')).flat().map(({ id }) => id);
    expect(everything).toHaveLength(121 + made);
    expect(new Set(everything).size).toBe(everything.length);
  });

  it('go through a thread in both directions, while messages arrive', async () => {
    const messages = `/v1/conversations/${sample.conversationId}/messages`;
    const sent: string[] = [];
    for (let index = 0; index < 30; index += 1)
      sent.push(String((await api.post(messages, { channel: 'in-app', text: `message ${index}` })).body['messageId']));
    const last = await api.get(`/v1/conversations/${sample.conversationId}`);
    expect(last.status).toBe(200);
    await api.rest();
    const write = async (): Promise<void> => void (await api.post(messages, { channel: 'in-app', text: 'meanwhile' }));
    const down = (await pages(`${messages}?order=desc&limit=7`, write)).flat().map(({ id }) => id);
    expect(down.slice(0, 30)).toEqual(sent.toReversed());
    expect(new Set(down).size).toBe(down.length);
    await api.rest();
    const up = (await pages(`${messages}?order=asc&limit=7`)).flat().map(({ id }) => id);
    // Before them are the contact's message and a note.
    expect(up.slice(2, 32)).toEqual(sent);
    expect(new Set(up).size).toBe(up.length);
  });

  it('are the same in GraphQL', async () => {
    const page = async (after: string | null = null) => {
      const { body } = await api.graphql(
        'query ($after: String) { inbox(first: 50, after: $after, folder: "all") { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      const { inbox } = body['data'] as {
        inbox: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
      };
      const { hasNextPage, endCursor } = inbox.pageInfo;
      expect(hasNextPage).toBe(endCursor !== null);
      return { ids: inbox.edges.map(({ node }) => node.id), next: endCursor };
    };
    const ids: string[] = [];
    for await (const { ids: more } of walkPages(page)) ids.push(...more);
    const { length } = (await pages('/v1/conversations?folder=all&limit=200')).flat();
    expect(new Set(ids).size).toBe(length);
  });
});

describe('I9: pages of a thread around and before a message', () => {
  const messages = `/v1/conversations/${sample.conversationId}/messages`;
  type Shown = Listing & { readonly previous: string | null; readonly cursor: string };
  const read = async (query: string, path = messages): Promise<Shown> =>
    (await api.get(`${path}?${query}`)).body as unknown as Shown;
  const idsOf = ({ documents }: Listing): readonly string[] => documents.map(({ id }) => id);

  it('show the message with its neighbours, and go on in both directions', async () => {
    await api.rest();
    const all = idsOf(await read('limit=200'));
    const [at, other] = [all[10], all[20]];
    const around = await read(`around=${at}&limit=5`);
    expect(idsOf(around)).toEqual(all.slice(8, 13));
    expect(idsOf(await read(`after=${around.next}&limit=5`))).toEqual(all.slice(13, 18));
    const former = await read(`after=${around.previous}&limit=5`);
    expect(idsOf(former)).toEqual(all.slice(3, 8));
    expect(idsOf(await read(`after=${former.next}&limit=5`))).toEqual(all.slice(8, 13));
    expect(idsOf(await read(`before=${at}&limit=5`))).toEqual(all.slice(5, 10));
    expect(idsOf(await read(`before=${at}&limit=5&order=desc`))).toEqual(all.slice(5, 10).toReversed());
    expect(idsOf(await read(`around=${other}&limit=3&order=desc`))).toEqual(all.slice(19, 22).toReversed());
    expect((await read(`before=${all[2]}&limit=5`)).previous).toBeNull();
    const { body } = await api.graphql(
      `query ($id: ID!, $at: String!) { conversation(id: $id) { messages(first: 5, around: $at) {
        edges { node { id } } pageInfo { hasPreviousPage startCursor } cursor } } }`,
      { id: sample.conversationId, at },
    );
    const shown = (body['data'] as { conversation: { messages: { edges: { node: Row }[] } } }).conversation.messages;
    expect(shown).toMatchObject({
      pageInfo: { hasPreviousPage: true, startCursor: around.previous },
      cursor: expect.any(String),
    });
    expect(shown.edges.map(({ node }) => node.id)).toEqual(all.slice(8, 13));
  });

  it('refuse a message of another conversation, and two places at once', async () => {
    const { body } = await api.post('/v1/conversations', { phone: '+14155599999' });
    const [first] = idsOf(await read('limit=1'));
    for (const place of ['around', 'before'])
      expectProblem(
        await api.get(
          `/v1/conversations/${String(body['conversationId'])}/messages?${place}=${first}&position=${String(body['position'])}`,
        ),
        { status: 404, code: 'MessageNotFound', field: place },
      );
    const twice = { status: 400, code: 'InvalidRequest', field: 'after', rule: 'atMostOne' };
    expectProblem(await api.get(`${messages}?around=${first}&before=${first}`), twice);
    expectProblem(
      await api.get(`/v1/portal${messages.slice(3)}?around=${first}&before=${first}`, { as: sample.contact }),
      twice,
    );
  });

  it('tell the position up to which they show everything', async () => {
    const { body } = await api.post(messages, { channel: 'in-app', text: 'the last one' });
    const fresh = await read(`position=${String(body['position'])}&order=desc&limit=1`);
    expect(idsOf(fresh)).toEqual([body['messageId']]);
    expect(fresh.cursor >= String(body['position'])).toBe(true);
    for (const list of ['/v1/conversations', '/v1/referrals', '/v1/deliveries?status=accepted']) {
      const { cursor, previous } = (await api.get(list)).body;
      expect([typeof cursor, previous]).toEqual(['string', null]);
    }
    const { cursor } = (
      await api.get(`/v1/portal/conversations?position=${String(body['position'])}`, { as: sample.contact })
    ).body;
    expect(String(cursor) >= String(body['position'])).toBe(true);
  });
});

describe('I9: a cursor of another list', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const real = async (path: string): Promise<string> => String((await api.get(path)).body['next']);
  const decoded = (cursor: string): unknown[] => JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];

  it.each([
    '',
    'x',
    '%00',
    'null',
    encode(null),
    encode([]),
    encode({}),
    encode('x'),
    encode([['x']]),
    'A'.repeat(500),
    encode(['__proto__', 'x', 'y']),
    '%F0%9F%98%80',
  ])('forged: %s', async (cursor) => {
    for (const path of [
      '/v1/conversations?limit=7',
      '/v1/referrals?limit=1',
      '/v1/deliveries?status=accepted',
      `/v1/conversations/${sample.conversationId}/messages?limit=1`,
    ])
      expectProblem(await api.get(`${path}&after=${cursor}`), { status: 400, code: 'InvalidCursor', field: 'after' });
    expectProblem(await api.get(`/v1/portal/conversations?after=${cursor}`, { as: sample.contact }), {
      status: 400,
      code: 'InvalidCursor',
      field: 'after',
    });
    expect(
      (
        await api.graphql('query ($after: String) { inbox(after: $after) { edges { node { id } } } }', {
          after: decodeURIComponent(cursor),
        })
      ).body,
    ).toMatchObject({ data: null, errors: [{ extensions: { code: 'InvalidCursor' } }] });
  });

  it('changed, truncated, extended, or of another list', async () => {
    const cursor = await real('/v1/conversations?limit=7');
    const [list, ...values] = decoded(cursor);
    const wrong = [
      `${cursor}A`,
      cursor.slice(0, -1),
      `${cursor}=`,
      encode([list, ...values, 'more']),
      encode([list]),
      encode([list, ...values.map(() => ({}))]),
      encode([list, ...values.map(() => ['x'])]),
      encode(['other', ...values]),
    ];
    for (const after of wrong)
      expectProblem(await api.get(`/v1/conversations?limit=7&after=${encodeURIComponent(after)}`), {
        status: 400,
        code: 'InvalidCursor',
      });
    for (const other of [
      '/v1/conversations?folder=all',
      '/v1/conversations?folder=unread',
      `/v1/conversations?contactId=${sample.contact.id}`,
      '/v1/referrals?limit=7',
      '/v1/deliveries?status=accepted',
    ])
      expectProblem(await api.get(`${other}&after=${cursor}`), { status: 400, code: 'InvalidCursor' });
    expectProblem(await api.get('/v1/conversations?after=' + 'A'.repeat(501)), {
      status: 400,
      code: 'InvalidRequest',
      field: 'after',
      rule: 'maxLength',
    });
  });

  it('with its own values shows no more than the list does', async () => {
    const [list, ...values] = decoded(await real('/v1/conversations?limit=7'));
    for (const forged of [
      values.map(() => null),
      values.map(() => true),
      values.map(() => 1e308),
      values.map(() => '\ud800'),
      values.map(() => '\uffff'),
    ]) {
      const { status, body } = await api.get(`/v1/conversations?limit=7&after=${encode([list, ...forged])}`);
      expect([status, Array.isArray(body['documents'])]).toEqual([200, true]);
    }
  });
});
