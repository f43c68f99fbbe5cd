import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';

let api: Api;
let other: string;
beforeAll(async () => {
  api = await Api.start();
  const { body } = await api.post('/v1/conversations', { contactId: contact.id }, { as: agent });
  other = String(body['conversationId']);
});
afterAll(() => api.close());

const { agent, reader, contact, conversationId: first } = sample;
type Row = Readonly<Record<string, unknown>>;
const write = async (text: string, to = first): Promise<string> => {
  const path = `/v1/portal/conversations/${to}/messages`;
  return String((await api.post(path, { text }, { as: contact })).body['messageId']);
};
const reply = (to: string, text: string): Promise<Answer> =>
  api.post(`/v1/conversations/${to}/messages`, { channel: 'in-app', text }, { as: agent });
const move = (
  from: string,
  messageId: string,
  to: string,
  { as = agent, key }: { as?: Identity; key?: string } = {},
): Promise<Answer> =>
  api.post(
    `/v1/conversations/${from}/move-message`,
    { messageId, to },
    { as, ...(key !== undefined && { headers: { 'idempotency-key': key } }) },
  );
const row = async (id: string, { body }: Answer): Promise<Row> =>
  (await api.get(`/v1/conversations/${id}?position=${String(body['position'])}`, { as: agent })).body;
const thread = async (id: string, as: Identity = agent): Promise<readonly Row[]> =>
  (await api.get(`/v1/conversations/${id}/messages`, { as })).body['documents'] as readonly Row[];
const textsIn = async (id: string): Promise<readonly unknown[]> =>
  (await thread(id)).filter(({ kind }) => kind === 'message').map(({ text }) => text);

async function untilUnread(id: string): Promise<void> {
  for (const end = Date.now() + 20_000; ; await sleep(20)) {
    const { body } = await api.get(`/v1/conversations/${id}`, { as: agent });
    if (body['folder'] === 'unread') return;
    if (Date.now() > end) throw new Error('It did not get unread');
  }
}

describe('M14: a message that is moved', () => {
  it('is in the other thread at its place; previews and answers of both follow, and it is unread there', async () => {
    await reply(first, 'We begin');
    await reply(other, 'In general');
    const one = await write('About the bonus');
    const two = await write('About something else');
    await api.rest();
    await reply(other, 'Later');
    const answer = await move(first, two, other);
    expect(answer.status).toBe(200);
    expect(await row(first, answer)).toMatchObject({ answers: 1, preview: 'About the bonus', channel: 'in-app' });
    expect(await row(other, answer)).toMatchObject({ answers: 0, preview: 'Later' });
    await api.rest();
    expect((await textsIn(first)).slice(-2)).toEqual(['We begin', 'About the bonus']);
    expect(await textsIn(other)).toEqual(['In general', 'About something else', 'Later']);
    expect((await thread(other)).find(({ id }) => id === two)).toMatchObject({
      conversationId: other,
      movedFrom: first,
    });
    await untilUnread(other);

    // It was received after the last reply there, so it counts as an answer.
    const moved = await move(first, one, other);
    expect(await row(first, moved)).toMatchObject({
      answers: 0,
      preview: 'We begin',
      revision: moved.body['revision'],
    });
    const three = await write('And the roof?');
    await api.rest();
    expect(await row(other, await move(first, three, other))).toMatchObject({
      answers: 1,
      preview: 'And the roof?',
      lastContactMessageAt: (await thread(other)).at(-1)?.['at'],
    });

    const back = await move(other, three, first);
    expect(await row(first, back)).toMatchObject({ answers: 1, preview: 'And the roof?' });
    expect(await row(other, back)).toMatchObject({ answers: 0, preview: 'Later' });
    await api.rest();
    expect((await thread(first)).at(-1)).toMatchObject({ id: three, movedFrom: null });
  });

  it('a retry with its key gets the first answer, also after the message was moved on', async () => {
    const id = await write('Once');
    await api.rest();
    const [once, again] = [await move(first, id, other, { key: 'k1' }), await move(first, id, other, { key: 'k1' })];
    expect(again.body).toEqual(once.body);
    await move(other, id, first);
    expect((await move(first, id, other, { key: 'k1' })).body).toEqual(once.body);
    await api.rest();
    expect((await textsIn(first)).at(-1)).toBe('Once');
  });

  it('of two moves at once, one counts', async () => {
    const { body } = await api.post(
      '/v1/conversations',
      { referralId: sample.referralId, with: 'referrer' },
      { as: agent },
    );
    const third = String(body['conversationId']);
    const id = await write('Where to?');
    await api.rest();
    const answers = await Promise.all([move(first, id, other), move(first, id, third)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    await api.rest();
    const holders = [];
    for (const at of [first, other, third]) if ((await textsIn(at)).includes('Where to?')) holders.push(at);
    expect(holders).toHaveLength(1);
    const back = await move(String(holders[0]), id, first);
    expect(back.status).toBe(200);
  });

  it('comes to an archived conversation, which is in Unread then', async () => {
    await api.post(`/v1/conversations/${other}/archive`, {}, { as: agent });
    const id = await write('For the archive');
    await api.rest();
    expect((await move(first, id, other)).status).toBe(200);
    await untilUnread(other);
  });
});

describe('M14: a move', () => {
  const refused = async (given: readonly [string, string, string], problem: object): Promise<void> => {
    await api.rest();
    expect(await api.recorded(async () => expectProblem(await move(...given), problem as never))).toEqual([]);
  };

  it('of an unknown message, from an unknown conversation or to one is refused', async () => {
    const id = await write('Stay');
    await refused([first, NOBODY, other], { status: 404, code: 'MessageNotFound', field: 'messageId' });
    await refused([NOBODY, id, other], { status: 404, code: 'MessageNotFound', field: 'messageId' });
    await refused([first, id, NOBODY], { status: 404, code: 'ConversationNotFound' });
    await refused([first, 'no-id', other], { status: 400, code: 'InvalidRequest', field: 'messageId' });
  });

  it('to a conversation of another contact is refused', async () => {
    const { body } = await api.post('/v1/conversations', { contactId: sample.blockedId }, { as: agent });
    await refused([first, await write('Mine'), String(body['conversationId'])], {
      status: 409,
      code: 'OtherContact',
      field: 'to',
    });
  });

  it('of what staff wrote is refused: messages and notes', async () => {
    const sent = String((await reply(first, 'From staff')).body['messageId']);
    const note = await api.post(`/v1/conversations/${first}/notes`, { text: 'Internal' }, { as: agent });
    for (const id of [sent, String(note.body['messageId'])])
      await refused([first, id, other], { status: 409, code: 'MessageNotMovable', field: 'messageId' });
  });

  it('needs the permission to write', async () => {
    const id = await write('Not yours');
    expectProblem(await move(first, id, other, { as: reader }), { status: 403, code: 'NotPermitted' });
  });
});
