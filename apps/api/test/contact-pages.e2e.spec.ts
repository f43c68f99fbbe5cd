import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { agent, contact, viewer, integration } = sample;
type Row = Readonly<Record<string, unknown>>;

/** All rows of one of the contact's lists, read page by page. */
async function all(list: string, as: Identity = agent, id: string = contact.id): Promise<Row[]> {
  await api.rest();
  const rows: Row[] = [];
  for (let after = ''; ;) {
    const { status, body } = await api.get(`/v1/contacts/${id}/${list}?limit=2${after}`, { as });
    expect(status).toBe(200);
    rows.push(...(body['documents'] as Row[]));
    if (body['next'] === null) return rows;
    after = `&after=${String(body['next'])}`;
  }
}

async function say(about: object, text: string): Promise<string> {
  const conversationId = String((await api.post('/v1/conversations', about)).body['conversationId']);
  await api.post(`/v1/conversations/${conversationId}/messages`, { channel: 'in-app', text });
  return conversationId;
}

describe('R4: what there is about a contact', () => {
  let conversations: readonly string[];
  beforeAll(async () => {
    conversations = [
      sample.conversationId,
      await say({ contactId: contact.id }, 'Hello Rosa'),
      await say({ referralId: sample.referralId }, 'Is Dana’s roof flat?'),
    ];
  });

  it('all conversations, newest activity first', async () =>
    expect((await all('conversations')).map(({ id }) => id)).toEqual(conversations.toReversed()));

  it('all texts and emails to the contact, newest first, and none to others', async () => {
    const deliveries = await all('deliveries');
    expect(deliveries.map(({ channel, conversationId }) => [channel, conversationId])).toEqual([
      ['email', conversations[2]],
      ['email', conversations[1]],
    ]);
    expect(deliveries.map(({ recipient }) => recipient)).toEqual(
      deliveries.map(() => ({ kind: 'contact', id: contact.id })),
    );
  });

  it('the history of interactions, also as the referred person', async () => {
    const told = ({ kind, message }: Row): unknown => (message ? (message as Row)['text'] : kind);
    const history = (await all('history')).map(told);
    expect(history).toEqual([
      'contact-created',
      'referred',
      'referred',
      'status',
      'payout',
      'Hi! Felix asked me whether the spring bonus still counts for him?',
      'Hello Rosa',
      'Is Dana’s roof flat?',
    ]);
    const { body } = await api.get(`/v1/referrals/${sample.referralId}`);
    expect((await all('history', agent, String(body['referredId']))).map(told)).toEqual([
      'contact-created',
      'referred',
    ]);
  });

  it('a person who may not read messages sees no content', async () => {
    for (const list of ['conversations', 'deliveries', 'history']) {
      const rows = await all(list, viewer);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toMatch(/Dana’s|Hello Rosa|the spring bonus/);
    }
  });

  it.each(['conversations', 'deliveries', 'history'])(
    '%s: only of the program, and not for a machine',
    async (list) => {
      await addSecondProgram(api.standalone.app);
      const notFound = { status: 404, code: 'ContactNotFound' };
      expectProblem(await api.get(`/v1/contacts/${NOBODY}/${list}`), notFound);
      expectProblem(await api.get(`/v1/contacts/${contact.id}/${list}`, { as: second.agent }), notFound);
      const forbidden = { status: 403, code: 'NotPermitted' };
      expectProblem(await api.get(`/v1/contacts/${contact.id}/${list}`, { as: integration }), forbidden);
    },
  );
});
