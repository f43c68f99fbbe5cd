import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { agent, viewer } = sample;
const url = `/v1/referrals/${sample.referralId}`;
const setStatus = (status: string): Promise<Answer> => api.ask('PUT', `${url}/status`, { body: { status } });

type Entry = Readonly<Record<'kind' | 'from' | 'to', string>> & { readonly message: { readonly text: string } | null };
async function timeline(query = '', as: Identity = agent): Promise<{ entries: Entry[]; next: unknown }> {
  const { status, body } = await api.get(`${url}/timeline?${query}`, { as });
  expect(status).toBe(200);
  return { entries: body['documents'] as Entry[], next: body['next'] };
}
const told = ({ kind, from, to, message }: Entry): unknown => (kind === 'message' ? message?.text : [kind, from, to]);

describe('R3: the history of a referral', () => {
  it('has status changes and messages in one order, since it was referred', async () => {
    const { body } = await api.post('/v1/conversations', { referralId: sample.referralId });
    const say = (text: string): Promise<Answer> =>
      api.post(`/v1/conversations/${String(body['conversationId'])}/messages`, { channel: 'in-app', text });
    await say('Is the roof flat?');
    const events = await api.recorded(async () => void (await setStatus('quoted')));
    expect(events).toMatchObject([
      {
        type: 'ReferralStatusChanged',
        data: { from: 'site visit planned', to: 'quoted', by: agent.id },
        metadata: { actor: { kind: 'staff', id: agent.id } },
      },
    ]);
    await say('They like the quote');
    const won = await setStatus('won');
    expect(await api.recorded(async () => void (await setStatus('won')))).toEqual([]);

    const whole = [
      ['referred', null, 'site visit planned'],
      'Is the roof flat?',
      ['status', 'site visit planned', 'quoted'],
      'They like the quote',
      ['status', 'quoted', 'won'],
    ];
    const { entries, next } = await timeline(`position=${String(won.body['position'])}`);
    expect([entries.map(told), next]).toEqual([whole, null]);
    expect(entries.at(-1)).toMatchObject({ author: { kind: 'staff', id: agent.id }, at: expect.any(String) });
    expect((await api.get(url)).body['status']).toBe('won');

    const paged: unknown[] = [];
    for (let after: unknown = ''; after !== null;) {
      const page = await timeline(`order=desc&limit=2${after ? `&after=${String(after)}` : ''}`);
      paged.push(...page.entries.map(told));
      after = page.next;
    }
    expect(paged).toEqual(whole.toReversed());
  });

  it('is shown without content to a person who may not read messages', async () => {
    const { entries } = await timeline('', viewer);
    expect(entries.map(({ kind }) => kind)).toContain('message');
    expect(JSON.stringify(entries)).not.toContain('roof');
  });

  it('is that of a referral of the program', async () => {
    await addSecondProgram(api.standalone.app);
    for (const [id, as] of [
      [NOBODY, agent],
      [sample.referralId, second.agent],
    ] as const) {
      const notFound = { status: 404, code: 'ReferralNotFound' };
      expectProblem(await api.get(`/v1/referrals/${id}/timeline`, { as }), notFound);
      expectProblem(await api.ask('PUT', `/v1/referrals/${id}/status`, { as, body: { status: 'won' } }), notFound);
    }
  });

  it('changes only at the expected revision', async () => {
    const answer = await api.ask('PUT', `${url}/status`, { body: { status: 'lost' }, headers: { 'if-match': '"0"' } });
    expectProblem(answer, { status: 412, code: 'RevisionMismatch' });
  });
});
