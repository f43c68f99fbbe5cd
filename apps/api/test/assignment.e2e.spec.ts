import { sample } from '@app/sample-program';
import { Api, expectProblem } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

type Entry = { readonly kind: string; readonly assignee?: string | null };

const url = `/v1/conversations/${sample.conversationId}`;
const assign = (assignee: unknown) => api.ask('PUT', `${url}/assignee`, { as: sample.manager, body: { assignee } });

describe('M12: the assignee of a conversation', () => {
  it('is shown in its row and, as an entry for staff only, in its thread', async () => {
    const { status, body } = await assign(sample.agent.id);
    expect(status).toBe(200);
    const { position } = body as { position: string };
    const read = (path: string, as: typeof sample.contact | typeof sample.manager) =>
      api.get(`${path}${path.includes('?') ? '&' : '?'}position=${position}`, { as });
    expect((await read(url, sample.manager)).body).toMatchObject({ assignee: sample.agent.id });
    const entries = async (path: string, as: typeof sample.contact | typeof sample.manager): Promise<Entry[]> =>
      ((await read(path, as)).body as { documents: Entry[] }).documents;
    expect((await entries(`${url}/messages?order=desc`, sample.manager))[0]).toMatchObject({
      kind: 'assignment',
      assignee: sample.agent.id,
    });
    const shown = await entries(`/v1/portal/conversations/${sample.conversationId}/messages`, sample.contact);
    expect(shown.map(({ kind }) => kind)).not.toContain('assignment');
    expect(JSON.stringify(shown)).not.toContain('assignee');
  });

  it.each([
    ['nobody', { status: 404, code: 'MemberNotFound' }],
    ['', { status: 400, code: 'InvalidRequest', field: 'assignee' }],
    [7, { status: 400, code: 'InvalidRequest', field: 'assignee' }],
    [undefined, { status: 400, code: 'InvalidRequest', field: 'assignee' }],
  ])('must be a member of staff, or null: %j is refused', async (assignee, problem) => {
    const events = await api.recorded(async () => expectProblem(await assign(assignee), problem));
    expect(events).toEqual([]);
  });
});
