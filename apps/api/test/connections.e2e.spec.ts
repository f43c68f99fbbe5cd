import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Freshness } from '@app/read-models';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';

let api: Api;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await api.close();
});

type Connection = { readonly socket: Socket; readonly answer: () => string; readonly ended: Promise<unknown> };

/** A connection on which only these bytes were sent. */
async function open(bytes: string): Promise<Connection> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(bytes);
  return { socket, answer: () => answer, ended };
}

const head = (path: string, token: string | null, rest: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${token === null ? '' : `authorization: Bearer ${token}\r\n`}${rest}`;

it('U3: 200 requests whose body never arrives are ended within the limit, and others are served meanwhile', async () => {
  api = await Api.start({ REQUEST_TIMEOUT_MS: '1000' });
  const token = await api.standalone.tokens.sign(sample.agent);
  const paths = ['/graphql', `/v1/conversations/${sample.conversationId}/messages`];
  const halfOpen = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      open(head(String(paths[index % 2]), token, 'content-length: 100\r\n\r\n{"text":')),
    ),
  );
  let areGone = false;
  const gone = Promise.all(halfOpen.map(({ ended }) => ended)).then(() => (areGone = true));
  let served = 0;
  while (!areGone) {
    expect((await api.get('/v1/conversations')).status).toBe(200);
    served += 1;
  }
  await gone;
  expect(served).toBeGreaterThan(1);
  for (const { answer } of halfOpen) expect(answer()).toContain('HTTP/1.1 408');
});

it('U3: endless headers are ended too', async () => {
  api = await Api.start({ REQUEST_TIMEOUT_MS: '1000' });
  const { ended, answer } = await open('GET /v1/conversations HTTP/1.1\r\nhost: x\r\nx-slow: ');
  await ended;
  expect(answer()).toContain('HTTP/1.1 408');
});

it('U3: without a token a request is answered before its body arrives, and an endless one is closed', async () => {
  api = await Api.start();
  for (const path of ['/graphql', '/v1/conversations']) {
    const { answer, ended } = await open(head(path, null, 'transfer-encoding: chunked\r\n\r\n'));
    await ended;
    expect(answer()).toContain('HTTP/1.1 401');
  }
});

it('U3: a response may take longer than a request', async () => {
  api = await Api.start({ REQUEST_TIMEOUT_MS: '100' });
  const freshness = api.standalone.app.get(Freshness);
  freshness.at = async (_, read) => {
    await sleep(600);
    return read();
  };
  expect((await api.get('/v1/conversations')).status).toBe(200);
});

it('U3: connections beyond the limit are closed at once, and open ones are served', async () => {
  api = await Api.start({ MAX_CONNECTIONS: '5' });
  expect((await api.get('/v1/conversations')).status).toBe(200); // one, kept open
  const others = await Promise.all(Array.from({ length: 10 }, () => open('')));
  await Promise.all(others.slice(4).map(({ ended }) => ended));
  expect((await api.get('/v1/conversations')).status).toBe(200);
});
