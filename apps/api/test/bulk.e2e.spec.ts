import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { manager, agent } = sample;
type Body = Readonly<Record<string, unknown>>;
const bulk = (body: Body, as: Identity = manager, headers = {}): Promise<Answer> =>
  api.post('/v1/conversations/bulk', body, { as, headers });
const folderOf = async (id: string, after?: Answer): Promise<unknown> => {
  const at = after ? `?position=${String(after.body['position'])}` : '';
  return (await api.get(`/v1/conversations/${id}${at}`, { as: manager })).body['folder'];
};

let phones = 0;
/** Starts conversations with new numbers. */
async function started(count: number): Promise<string[]> {
  const ids: string[] = [];
  let position = '';
  for (let n = 0; n < count; n += 1) {
    phones += 1;
    const phone = `+1415555${String(1000 + phones)}`;
    const { status, body } = await api.post('/v1/conversations', { phone }, { as: manager });
    expect(status).toBe(201);
    ids.push(String(body['conversationId']));
    position = String(body['position']);
  }
  await api.get(`/v1/conversations?position=${position}`, { as: manager });
  return ids;
}

async function finished(jobId: string): Promise<Body> {
  for (const end = Date.now() + 30_000; ;) {
    const { body } = await api.get(`/v1/bulk-jobs/${jobId}`, { as: manager });
    if (body['state'] === 'finished') return body;
    if (Date.now() > end) throw new Error('It did not finish');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function resultsOf(jobId: string): Promise<Body[]> {
  const all: Body[] = [];
  for (let after = ''; ;) {
    const { body } = await api.get(`/v1/bulk-jobs/${jobId}/results?limit=50${after}`, { as: manager });
    all.push(...(body['documents'] as Body[]));
    if (body['next'] === null) return all;
    after = `&after=${String(body['next'])}`;
  }
}

describe('I7: archive many conversations', () => {
  it('by ids, with a result for each, and back', async () => {
    const [one = '', two = ''] = await started(2);
    await api.post(`/v1/conversations/${two}/archive`, {}, { as: manager });
    const key = { 'idempotency-key': 'bulk-1' };
    const given = { action: 'archive', ids: [one, two, NOBODY] };
    const archived = await bulk(given, manager, key);
    expect(archived).toMatchObject({
      status: 200,
      body: {
        jobId: null,
        results: [
          { conversationId: one, outcome: 'done', code: null },
          { conversationId: two, outcome: 'unchanged', code: null },
          { conversationId: NOBODY, outcome: 'refused', code: 'ConversationNotFound' },
        ],
      },
    });
    expect([await folderOf(one, archived), await folderOf(two)]).toEqual(['archived', 'archived']);
    expect(
      await api.recorded(async () => expect((await bulk(given, manager, key)).body).toEqual(archived.body)),
    ).toEqual([]);
    const back = await bulk({ action: 'unarchive', ids: [one, two] });
    expect(back.body['results']).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
    expect([await folderOf(one, back), await folderOf(two)]).toEqual(['read', 'read']);
  });

  it('all of a list as it was read, in the background', async () => {
    const ids = await started(130);
    const page = await api.get('/v1/conversations?view=mine&folder=read&limit=1', { as: manager });
    const position = String(page.body['cursor']);
    // Started after the list was read, and so not seen in it.
    const [unseen = ''] = await started(1);
    const list = { action: 'archive', view: 'mine', folder: 'read', position };
    const answer = await bulk(list);
    expect(answer).toMatchObject({ status: 202, body: { results: [] } });
    const jobId = String(answer.body['jobId']);
    const job = await finished(jobId);
    const latest = await bulk({ action: 'archive', ids });
    expect(latest.body['results']).toEqual(
      ids.map((id) => expect.objectContaining({ conversationId: id, outcome: 'unchanged' })),
    );
    expect(job).toMatchObject({ action: 'archive', by: manager.id, refused: 0, unchanged: 0 });
    const results = await resultsOf(jobId);
    expect(results).toHaveLength(Number(job['done']));
    const fields = 'id action by state done unchanged refused startedAt finishedAt';
    const asked = `{ bulkJob(id: "${jobId}") { ${fields} results(first: 200) { edges { node { conversationId outcome code } } } } }`;
    const { body: graphql } = await api.graphql(asked, {}, { as: manager });
    expect(graphql).toEqual({
      data: { bulkJob: { ...job, results: { edges: results.map((node) => ({ node })) } } },
    });
    expect(results.map(({ conversationId }) => conversationId)).toEqual(expect.arrayContaining(ids));
    expect(await folderOf(ids[0] ?? '', latest)).toBe('archived');
    expect(await folderOf(ids[129] ?? '')).toBe('archived');
    expect(await folderOf(unseen)).toBe('read');
    const [entry] = await api.recorded(() => bulk({ action: 'unarchive', ids: [ids[0]] }));
    expect(entry).toMatchObject({
      type: 'ConversationUnarchived',
      metadata: { actor: { kind: 'staff', id: manager.id } },
    });
  }, 60_000);

  it('by managers, and by agents who were given the permission', async () => {
    const [id = ''] = await started(1);
    expectProblem(await bulk({ action: 'archive', ids: [id] }, agent), { status: 403, code: 'NotPermitted' });
    const nora = { ...agent, id: 'nora' };
    const about = { userId: nora.id, name: 'Nora New', email: 'nora@example.org', role: 'agent' };
    await api.post('/v1/members', about, { as: sample.owner });
    const given = { permission: 'conversations:bulk' };
    await api.post(`/v1/members/${nora.id}/permissions/give`, given, { as: sample.owner });
    const archived = await bulk({ action: 'archive', ids: [id] }, nora);
    expect(archived.status).toBe(200);
    expect(await folderOf(id, archived)).toBe('archived');
  });

  it('G5: only of the own program', async () => {
    await addSecondProgram(api.standalone.app);
    const [id = ''] = await started(1);
    const answer = await bulk({ action: 'archive', ids: [second.conversationId, id] });
    expect(answer.body['results']).toMatchObject([
      { outcome: 'refused', code: 'ConversationNotFound' },
      { outcome: 'done' },
    ]);
  });

  it.each<[Body, string]>([
    [{ action: 'archive' }, 'ids'],
    [{ action: 'archive', ids: [] }, 'ids'],
    [{ action: 'archive', ids: Array.from({ length: 501 }, () => NOBODY) }, 'ids'],
    [{ action: 'archive', ids: ['x'] }, 'ids'],
    [{ action: 'archive', ids: [NOBODY], folder: 'read' }, 'ids'],
    [{ action: 'burn', ids: [NOBODY] }, 'action'],
    [{ action: 'archive', position: '99999999999999999999' }, 'position'],
    [{ action: 'archive', ids: [NOBODY], every: true }, 'every'],
  ])('refuses %j', async (body, field) => {
    const events = await api.recorded(async () => {
      const { status, body: problem } = await bulk(body);
      expect(status).toBe(400);
      expect(JSON.stringify(problem)).toContain(field);
    });
    expect(events).toEqual([]);
  });
});
