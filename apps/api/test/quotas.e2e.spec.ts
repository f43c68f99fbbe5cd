import { signForm } from '@app/emulators/twilio';
import { sample } from '@app/sample-program';
import { ACCOUNT, Api, expectProblem, PROVIDER_TOKEN, type Answer, type Input } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
afterEach(() => api.close());

const list = (input?: Input): Promise<Answer> => api.get('/v1/conversations', input);
async function several(times: number, ask: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) statuses.push((await ask()).status);
  return statuses;
}
const tooMany = { status: 429, code: 'TooManyRequests' };

describe('U3: requests in a minute', () => {
  it('of one caller have a quota, with any token and on every surface; others are served', async () => {
    api = await Api.start({ REQUESTS_PER_TOKEN_PER_MINUTE: '3' });
    const [first] = [await list()];
    expect(first?.headers).toMatchObject({
      'ratelimit-policy': '"address";q=1000000000;w=60, "token";q=3;w=60, "program";q=1000000000;w=60',
      ratelimit: expect.stringMatching(/^"address";r=\d+;t=\d+, "token";r=2;t=60, "program";r=\d+;t=60$/) as string,
    });
    expect(await several(2, () => list())).toEqual([200, 200]);
    const refused = await list();
    expectProblem(refused, tooMany);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers).toMatchObject({
      'ratelimit-policy': '"token";q=3;w=60',
      ratelimit: expect.stringContaining('"token";r=0;t=') as string,
    });
    expect(await api.graphql('{ __typename }')).toMatchObject({
      status: 429,
      body: { errors: [{ extensions: { code: 'TooManyRequests' } }] },
      headers: { 'retry-after': expect.any(String) as string },
    });
    expect((await list({ as: sample.manager })).status).toBe(200);
    // A refused command has changed nothing.
    expect(await api.recorded(() => api.post(`/v1/conversations/${sample.conversationId}/archive`, {}))).toEqual([]);
  });

  it('of one program have a quota, which another program’s callers do not use', async () => {
    api = await Api.start({ REQUESTS_PER_PROGRAM_PER_MINUTE: '4' });
    await addSecondProgram(api.standalone.app);
    expect(await several(3, () => list())).toEqual([200, 200, 200]);
    expect((await list({ as: sample.owner })).status).toBe(200);
    expectProblem(await list({ as: sample.manager }), tooMany);
    expect((await list({ as: second.agent })).status).toBe(200);
  });

  it('G5: one caller uses no more of the program’s quota than their own allows', async () => {
    api = await Api.start({ REQUESTS_PER_TOKEN_PER_MINUTE: '5', REQUESTS_PER_PROGRAM_PER_MINUTE: '6' });
    await several(50, () => list());
    expect((await list({ as: sample.manager })).status).toBe(200);
  });

  it('from one client address have a quota, with a token or without; health has none', async () => {
    api = await Api.start({ REQUESTS_PER_ADDRESS_PER_MINUTE: '3' });
    expect(await several(2, () => list({ as: null }))).toEqual([401, 401]);
    expect((await list()).status).toBe(200);
    expectProblem(await list(), tooMany);
    expectProblem(await list({ as: null }), tooMany);
    expectProblem(await api.get('/nothing', { as: null }), tooMany);
    expect(await several(5, () => api.get('/health/ready', { as: null }))).toEqual([200, 200, 200, 200, 200]);
  });

  it('a forwarded address is trusted only from a configured proxy', async () => {
    const from = (address: string): Promise<Answer> => list({ headers: { 'x-forwarded-for': address } });
    api = await Api.start({ REQUESTS_PER_ADDRESS_PER_MINUTE: '1' });
    expect((await from('203.0.113.1')).status).toBe(200);
    expect((await from('203.0.113.2')).status).toBe(429);
    await api.close();
    api = await Api.start({ REQUESTS_PER_ADDRESS_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.0/8,::1' });
    expect((await from('203.0.113.1')).status).toBe(200);
    expect((await from('203.0.113.2')).status).toBe(200);
    // The client's own value comes before the one added by the proxy.
    expect((await from('203.0.113.9, 203.0.113.2')).status).toBe(429);
  });
});

it('T4: forged webhooks from one client address have a quota, genuine ones none: no text is lost', async () => {
  api = await Api.start({ FORGED_WEBHOOKS_PER_ADDRESS_PER_MINUTE: '2', REQUESTS_PER_ADDRESS_PER_MINUTE: '1' });
  const path = `/webhooks/twilio/${sample.programId}/messages`;
  const post = (token: string, number: number): Promise<Answer> => {
    const form = {
      MessageSid: `SM${String(number).padStart(32, '0')}`,
      AccountSid: ACCOUNT,
      From: '+14155550199',
      To: sample.senderPhone,
      Body: 'Hi',
      NumMedia: '0',
    };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signForm(token, `${api.url}${path}`, form),
    };
    return api.ask('POST', path, { as: null, body: new URLSearchParams(form).toString(), headers });
  };
  expect(await several(2, () => post('f'.repeat(32), 1))).toEqual([403, 403]);
  expectProblem(await post('f'.repeat(32), 1), tooMany);
  const events = await api.recorded(async () => {
    for (let number = 1; number <= 5; number += 1) expect((await post(PROVIDER_TOKEN, number)).status).toBe(200);
  });
  expect(events.filter(({ type }) => type === 'InboundReceived')).toHaveLength(5);
});
