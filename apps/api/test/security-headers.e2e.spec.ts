import { connect } from 'node:net';
import { once } from 'node:events';
import { sample } from '@app/sample-program';
import { Api, NOBODY } from './api.fixture.js';

let api: Api;
afterEach(() => api.close());

const always = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
const ofAnswers = {
  ...always,
  'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/) as string,
  'referrer-policy': 'no-referrer',
  'x-frame-options': expect.any(String) as string,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

it('U3: no response may be cached, sniffed, framed or executed', async () => {
  api = await Api.start();
  const answers = [
    await api.get('/v1/conversations'),
    await api.get('/v1/conversations', { as: null }),
    await api.get(`/v1/conversations/${NOBODY}`),
    await api.get('/v1/portal/conversations', { as: sample.contact }),
    await api.graphql('{ inbox { edges { node { id } } } }'),
    await api.graphql('{'),
    await api.get('/nothing'),
    await api.get('/health/ready', { as: null }),
    await api.get('/openapi.json', { as: null }),
    await api.get('/dev/mail', { as: sample.manager }),
    await api.ask('POST', '/webhooks/twilio/x/messages', {
      as: null,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=b',
    }),
    await api.ask('POST', '/v1/conversations', { body: 'x', headers: { 'content-type': 'text/plain' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 200, 200, 400, 404, 200, 200, 200, 403, 415]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject(ofAnswers);
    // The API is reached without TLS here.
    expect(headers).not.toHaveProperty('strict-transport-security');
  }
  expect((await api.get('/v1/%zz')).headers).toMatchObject(always);
});

it('U3: nor may the response to malformed HTTP', async () => {
  api = await Api.start();
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write('no HTTP\r\n\r\n');
  await once(socket, 'close');
  expect(answer).toContain('x-content-type-options: nosniff');
});

it('U3: browsers must use TLS if the public address does', async () => {
  api = await Api.start({ PUBLIC_URL: 'https://messages.example' });
  expect((await api.get('/v1/conversations')).headers).toMatchObject({
    'strict-transport-security': expect.stringContaining('max-age=31536000') as string,
  });
});

const pages = ['/explorer', '/docs', '/docs/swagger-ui.css'];

it('U3: developer pages run their own scripts, and nobody may frame them', async () => {
  api = await Api.start();
  for (const page of pages) {
    const { status, headers } = await api.get(page, { as: null });
    expect([page, status]).toEqual([page, 200]);
    expect(headers['content-security-policy']).toMatch(/script|'unsafe-inline'.*frame-ancestors 'none'/);
  }
});

it('U3: when they are switched off there are none, and nobody reads the mail folder', async () => {
  api = await Api.start({ DEVELOPER_PAGES: 'false' });
  for (const page of [...pages, '/explorer/main.js', '/docs/'])
    expect([page, (await api.get(page, { as: null })).status]).toEqual([page, 404]);
  expect((await api.get('/dev/mail', { as: sample.owner })).body).toMatchObject({ status: 404, code: 'RouteNotFound' });
  expect((await api.get('/openapi.json', { as: null })).status).toBe(200);
});
