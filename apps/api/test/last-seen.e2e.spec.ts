import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const messages = `/v1/conversations/${sample.conversationId}/messages`;
const reply = (as: typeof sample.agent | typeof sample.manager, text: string, lastSeen?: unknown) =>
  api.post(messages, { channel: 'in-app', text, lastSeen }, { as });
const idOf = (sent: { readonly body: unknown }): string => (sent.body as { messageId: string }).messageId;

describe('M10: a reply says which message it last saw', () => {
  it('is held when a colleague has written since, with the newer message, who and when', async () => {
    const seen = idOf(await reply(sample.manager, 'I have asked the office.'));
    const newer = await reply(sample.manager, 'They say Tuesday.');
    const events = await api.recorded(async () => {
      const held = await reply(sample.agent, 'I will ask the office.', seen);
      expectProblem(held, { status: 409, code: 'ColleagueReplied', field: 'lastSeen' });
      expect(held.body).toMatchObject({
        newer: { messageId: idOf(newer), by: sample.manager.id, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
      });
    });
    expect(events).toEqual([]);
    expect((await reply(sample.agent, 'Thank you!', idOf(newer))).status).toBe(201);
  });

  it('is sent if told to, and its own messages do not hold it', async () => {
    const seen = idOf(await reply(sample.agent, 'One more thing.'));
    expect((await reply(sample.agent, 'The form is online.', seen)).status).toBe(201);
    await reply(sample.manager, 'I have sent the form.');
    expectProblem(await reply(sample.agent, 'Here is the form.', seen), { status: 409, code: 'ColleagueReplied' });
    expect((await reply(sample.agent, 'Here is the form.')).status).toBe(201);
  });

  it('by GraphQL alike', async () => {
    const { body } = await api.post('/graphql', {
      query: `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { messageId } }`,
      variables: {
        input: { conversationId: sample.conversationId, channel: 'in-app', text: 'Late.', lastSeen: NOBODY },
      },
    });
    expect(body).toMatchObject({
      errors: [{ extensions: { code: 'ColleagueReplied', newer: { by: sample.manager.id } } }],
    });
  });

  it.each(['', 'no id', 7])('must be an id: %j is refused', async (lastSeen) => {
    expectProblem(await reply(sample.agent, 'Hello', lastSeen), {
      status: 400,
      code: 'InvalidRequest',
      field: 'lastSeen',
    });
  });
});
