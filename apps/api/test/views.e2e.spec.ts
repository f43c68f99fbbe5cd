import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

let position: unknown;
const start = async (phone: string, as: Identity): Promise<string> => {
  const { body } = await api.post('/v1/conversations', { phone }, { as });
  ({ position } = body);
  return String(body['conversationId']);
};
const list = async (query: string, as: Identity): Promise<readonly string[]> => {
  const { status, body } = await api.get(`/v1/conversations?${query}&position=${String(position)}`, { as });
  expect(status).toBe(200);
  return (body['documents'] as { id: string }[]).map(({ id }) => id);
};

describe('I3: the three views', () => {
  it('Mine has what is assigned to me, what I started, and what I wrote in; All has everything', async () => {
    const { agent, manager } = sample;
    const byManager = await start('+14155560001', manager);
    const byAgent = await start('+14155560002', agent);
    const assigned = await start('+14155560003', manager);
    const archived = await start('+14155560004', agent);
    const assign = (assignee: string | null) =>
      api.ask('PUT', `/v1/conversations/${assigned}/assignee`, { as: manager, body: { assignee } });
    await assign(agent.id);
    await api.post(`/v1/conversations/${archived}/archive`, {}, { as: agent });
    const message = { channel: 'in-app', text: 'I take care of it' };
    const written = await api.post(`/v1/conversations/${sample.conversationId}/messages`, message, { as: agent });
    ({ position } = written.body);

    expect(await list('view=mine', agent)).toEqual([sample.conversationId, assigned, byAgent]);
    expect(await list('view=mine&folder=all', agent)).toEqual([sample.conversationId, archived, assigned, byAgent]);
    expect(await list('view=mine&folder=archived', agent)).toEqual([archived]);
    expect(await list('view=mine&folder=replied', agent)).toEqual([sample.conversationId]);
    expect(await list('view=mine', manager)).toEqual([assigned, byManager]);
    expect(await list('view=all', agent)).toEqual([sample.conversationId, assigned, byAgent, byManager]);
    expect(await list('view=mine', sample.reader)).toEqual([]);
    const { body } = await api.graphql('{ inbox(view: "mine", folder: "replied") { edges { node { id } } } }');
    expect(body['data']).toEqual({ inbox: { edges: [{ node: { id: sample.conversationId } }] } });

    ({ position } = (await assign(null)).body);
    expect(await list('view=mine', agent)).toEqual([sample.conversationId, byAgent]);
    expect(await list('view=mine', manager)).toEqual([assigned, byManager]);
  });

  it('those of one referral; a referral is not a part of Mine', async () => {
    expect(await list(`referralId=${sample.referralId}`, sample.agent)).toEqual([]);
    const { body } = await api.post('/v1/conversations', { referralId: sample.referralId });
    ({ position } = body);
    expect(await list(`referralId=${sample.referralId}`, sample.agent)).toEqual([body['conversationId']]);
    expectProblem(await api.get(`/v1/conversations?view=mine&referralId=${sample.referralId}`), {
      status: 400,
      code: 'InvalidRequest',
      field: 'view',
      rule: 'onlyWithFolder',
    });
    expectProblem(await api.get('/v1/conversations?view=theirs'), {
      status: 400,
      code: 'InvalidRequest',
      field: 'view',
      rule: 'isIn',
    });
  });
});
