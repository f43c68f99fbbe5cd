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
const mute = (body: unknown, as: Identity = agent, path = url): Promise<Answer> =>
  api.post(`${path}/mute`, body, { as });
const unmute = (as: Identity): Promise<Answer> => api.post(`${url}/unmute`, {}, { as });
const shownTo = async (as: Identity, { body }: Answer): Promise<unknown> =>
  (await api.get(`${url}?position=${String(body['position'])}`, { as })).body;
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

describe('I6: mute', () => {
  it('is the default for conversations that are not theirs', async () => {
    const assigned = await api.ask('PUT', `${url}/assignee`, { as: manager, body: { assignee: agent.id } });
    expect(await shownTo(agent, assigned)).toMatchObject({ isMuted: false, mutedUntil: null });
    expect(await shownTo(manager, assigned)).toMatchObject({ isMuted: true, mutedUntil: null });
    expect(await shownTo(manager, await unmute(manager))).toMatchObject({ isMuted: false, mutedUntil: null });
  });

  it('is shown with its end to the person who chose it, and does not affect others', async () => {
    const until = inAnHour();
    const muted = await mute({ until: until.replace('Z', '+00:00') });
    expect(muted.status).toBe(200);
    expect(await shownTo(agent, muted)).toMatchObject({ isMuted: true, mutedUntil: until });
    expect(await shownTo(manager, muted)).toMatchObject({ isMuted: false });
    const portal = await api.get('/v1/portal/conversations', { as: contact });
    expect(portal.text).not.toContain('isMuted');
    expect(await shownTo(agent, await unmute(agent))).toMatchObject({ isMuted: false, mutedUntil: null });
  });

  it('does not depend on the revision of the conversation', async () => {
    const { headers } = await api.get(url, { as: agent });
    const etag = { 'if-match': String(headers['etag']) };
    for (const until of [inAnHour(), undefined])
      expect((await api.post(`${url}/mute`, { until }, { as: agent, headers: etag })).status).toBe(200);
  });

  it('without an end lasts', async () => {
    expect(await shownTo(agent, await mute({}))).toMatchObject({ isMuted: true, mutedUntil: null });
  });

  it('ends automatically', async () => {
    const muted = await mute({ until: new Date(Date.now() + 1_500).toISOString() });
    expect(await shownTo(agent, muted)).toMatchObject({ isMuted: true });
    for (const end = Date.now() + 20_000; ;) {
      const { body } = await api.get(url, { as: agent });
      if (body['isMuted'] === false && body['mutedUntil'] === null) break;
      if (Date.now() > end) throw new Error('It did not end');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it.each([
    ['2020-01-01T00:00:00Z', 'MuteEndsInThePast'],
    ['tomorrow', 'InvalidRequest'],
    ['2026-02-31', 'InvalidRequest'],
    ['2999-02-31T09:00:00Z', 'InvalidRequest'],
    [7, 'InvalidRequest'],
  ])('until %j is refused', async (until, code) => {
    const events = await api.recorded(async () =>
      expectProblem(await mute({ until }), { status: 400, code, field: 'until' }),
    );
    expect(events).toEqual([]);
  });

  it('requires a conversation of the program', async () => {
    const notFound = { status: 404, code: 'ConversationNotFound' };
    expectProblem(await mute({}, agent, `/v1/conversations/${NOBODY}`), notFound);
    await addSecondProgram(api.standalone.app);
    expectProblem(await mute({}, agent, `/v1/conversations/${second.conversationId}`), notFound);
    expectProblem(await mute({}, second.agent), notFound);
  });
});
