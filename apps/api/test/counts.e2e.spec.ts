import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const url = `/v1/conversations/${sample.conversationId}`;
const { agent, manager, contact } = sample;
const folders = ['unread', 'read', 'replied', 'archived', 'inbox', 'all'] as const;
const at = (path: string, { body }: Answer): string => `${path}?position=${String(body['position'])}`;

/** The counts, and the same counted from the lists. */
async function expectEqualToLists(as: Identity, after: Answer): Promise<void> {
  const { status, body } = await api.get(at('/v1/counts', after), { as });
  expect(status).toBe(200);
  const counted: Record<string, Record<string, number>> = { all: {}, mine: {} };
  for (const view of ['all', 'mine'] as const)
    for (const folder of folders) {
      const page = await api.get(`/v1/conversations?view=${view}&folder=${folder}&limit=200`, { as });
      Object.assign(counted[view] ?? {}, { [folder]: (page.body['documents'] as unknown[]).length });
    }
  expect(body).toMatchObject(counted);
  expect(body['cursor']).toEqual(expect.any(String));
}

describe('I2, I3: counts of each folder and view', () => {
  it('equal the lists after each step', async () => {
    const write = () =>
      api.post(`/v1/portal/conversations/${sample.conversationId}/messages`, { text: 'Hello?' }, { as: contact });
    const send = () => api.post(`${url}/messages`, { channel: 'in-app', text: 'Yes' }, { as: agent });
    const steps: readonly (() => Promise<Answer>)[] = [
      write,
      () => api.post(`${url}/read`, {}, { as: agent }),
      () => api.ask('PUT', `${url}/assignee`, { as: manager, body: { assignee: agent.id } }),
      send,
      () => api.post(`${url}/archive`, {}, { as: manager }),
      write,
      () => api.ask('PUT', `${url}/assignee`, { as: manager, body: { assignee: null } }),
      () => api.post('/v1/conversations', { phone: '+1 415 555 0177' }, { as: manager }),
    ];
    for (const step of steps) {
      const after = await step();
      expect(after.status).toBeLessThan(300);
      for (const as of [agent, manager]) await expectEqualToLists(as, after);
    }
  });

  it('G5: are those of the own program', async () => {
    await addSecondProgram(api.standalone.app);
    const { body } = await api.get('/v1/counts', { as: second.agent });
    expect(body).toMatchObject({ all: { all: 1 } });
  });
});

describe('I11: the badge of a contact', () => {
  const send = () => api.post(`${url}/messages`, { channel: 'in-app', text: 'Are you there?' }, { as: agent });
  const badge = async (after: Answer): Promise<unknown> =>
    (await api.get(at('/v1/portal/counts', after), { as: contact })).body['unread'];
  const inList = async (): Promise<unknown> =>
    ((await api.get('/v1/portal/conversations', { as: contact })).body['documents'] as { id: string }[]).find(
      ({ id }) => id === sample.conversationId,
    );

  it('counts the messages by staff until the contact reads or writes', async () => {
    const read = () => api.post(`/v1/portal${url.slice('/v1'.length)}/read`, {}, { as: contact });
    const before = Number(await badge(await read()));
    expect(await badge(await send())).toBe(before + 1);
    expect(await badge(await send())).toBe(before + 2);
    expect(await inList()).toMatchObject({ unread: 2 });
    expect(await badge(await read())).toBe(before);
    expect(await inList()).toMatchObject({ unread: 0 });
    expect(await api.recorded(read)).toEqual([]);
    await send();
    const text = { text: 'Here I am' };
    const written = await api.post(`/v1/portal${url.slice('/v1'.length)}/messages`, text, { as: contact });
    expect(await badge(written)).toBe(before);
  });

  it('is not moved by staff, nor for conversations of others', async () => {
    const before = Number(await badge(await send()));
    expect(await badge(await api.post(`${url}/read`, {}, { as: agent }))).toBe(before);
    expectProblem(await api.post(`/v1/portal/conversations/${NOBODY}/read`, {}, { as: contact }), {
      status: 404,
      code: 'ConversationNotFound',
    });
  });
});
