import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const url = `/v1/conversations/${sample.conversationId}`;
const { agent, manager, reader, contact } = sample;
const shownTo = async (as: Identity, { body }: Answer): Promise<Record<string, unknown>> =>
  (await api.get(`${url}?position=${String(body['position'])}`, { as })).body;
const write = (): Promise<Answer> =>
  api.post(`/v1/portal/conversations/${sample.conversationId}/messages`, { text: 'Hello?' }, { as: contact });

describe('I5: each user has a read position beside the shared folders', () => {
  it('is moved by opening the conversation, for that user only', async () => {
    const { myUnread: before, answers } = await shownTo(manager, await write());
    const opened = await api.post(`${url}/read`, {}, { as: agent });
    expect(opened.status).toBe(200);
    const { revision } = opened.body;
    expect(await shownTo(agent, opened)).toMatchObject({ folder: 'read', myReadRevision: revision, myUnread: 0 });
    expect(await shownTo(manager, opened)).toMatchObject({ folder: 'read', myReadRevision: null, myUnread: before });
    // A colleague has already moved it to Read: only the own position moves.
    const events = await api.recorded(async () => {
      const again = await api.post(`${url}/read`, {}, { as: manager });
      expect(await shownTo(manager, again)).toMatchObject({ myReadRevision: revision, myUnread: 0 });
    });
    expect(events.map(({ type }) => type)).toEqual(['ReadPositionMoved']);
    const unread = await api.post(`${url}/unread`, {}, { as: manager });
    expect(await shownTo(manager, unread)).toMatchObject({ folder: 'unread', answers, myUnread: 0 });
  });

  it('counts what came since, until the user answers', async () => {
    await write();
    expect(await shownTo(agent, await write())).toMatchObject({ folder: 'unread', myUnread: 2 });
    const answer = { channel: 'in-app', text: 'Yes?' };
    const sent = await api.post(`${url}/messages`, answer, { as: agent });
    expect(await shownTo(agent, sent)).toMatchObject({
      answers: 0,
      myReadRevision: sent.body['revision'],
      myUnread: 0,
    });
    expect(await shownTo(manager, sent)).toMatchObject({ answers: 0, myUnread: 2 });
  });

  it('is moved by a reader too, who leaves the folder as it is', async () => {
    const written = await write();
    expectProblem(await api.post(`${url}/read`, {}, { as: reader }), { status: 403, code: 'NotPermitted' });
    const moved = await api.post(`${url}/read-position`, {}, { as: reader });
    expect(await shownTo(reader, moved)).toMatchObject({ folder: 'unread', myUnread: 0 });
    expect(await shownTo(agent, written)).toMatchObject({ myUnread: 1 });
    expect(await api.recorded(() => api.post(`${url}/read-position`, {}, { as: reader }))).toEqual([]);
  });

  it('requires a conversation of the program', async () => {
    const notFound = { status: 404, code: 'ConversationNotFound' };
    for (const command of ['read', 'read-position'])
      expectProblem(await api.post(`/v1/conversations/${NOBODY}/${command}`, {}, { as: agent }), notFound);
  });
});
