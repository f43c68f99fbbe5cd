import { setTimeout as sleep } from 'node:timers/promises';
import { sample } from '@app/sample-program';
import { Api } from '../../api/test/api.fixture.js';
import { FollowersThread } from '../src/followers-thread.js';

const conversation = `/v1/conversations/${sample.conversationId}`;
let api: Api;
beforeAll(async () => {
  api = await Api.start({ THREADS: '2' });
}, 30_000);
afterAll(() => api.close());

const thread = (): FollowersThread => api.standalone.app.get(FollowersThread);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await isSo()); await sleep(20))
    if (Date.now() > end) throw new Error('It did not happen');
}

/** Sends a message, and waits until the thread shows it. */
async function isShown(text: string): Promise<void> {
  const { status } = await api.post(`${conversation}/messages`, { channel: 'in-app', text });
  expect(status).toBe(201);
  await until(async () => (await api.get(`${conversation}/messages?order=desc`)).text.includes(text));
}

it('G6 M5: the second thread shows what the API accepts, routes texts and hands them to the provider', async () => {
  await isShown('By the second thread');
  const emulator = api.standalone.emulatorUrl ?? '';
  const [from, to] = ['+14155550188', api.standalone.senderPhone];
  const inbound = { from, to, body: 'Hello, is this Sunrise?' };
  await fetch(`${emulator}/emulator/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(inbound),
  });
  const first = async () =>
    ((await api.get('/v1/conversations')).body['documents'] as { id: string; preview: string }[])[0];
  await until(async () => (await first())?.preview === inbound.body);
  const { status } = await api.post(`/v1/conversations/${(await first())?.id}/messages`, {
    channel: 'sms',
    text: 'It is',
  });
  expect(status).toBe(201);
  await until(async () => (await (await fetch(`${emulator}/emulator/ledger`)).text()).includes('It is'));
}, 40_000);

it('U3: a thread that ends is started again, the process is not ready meanwhile, and nothing is lost', async () => {
  await until(async () => (await api.get('/health/ready', { as: null })).status === 200);
  const ended = thread().worker?.terminate();
  const sent = api.post(`${conversation}/messages`, { channel: 'in-app', text: 'While it was gone' });
  await ended;
  expect((await api.get('/health/ready', { as: null })).status).toBe(503);
  expect((await sent).status).toBe(201);
  await until(async () => thread().worker !== null);
  expect((await api.get('/health/ready', { as: null })).status).toBe(503);
  await until(async () => (await api.get('/health/ready', { as: null })).status === 200);
  await until(async () => (await api.get(`${conversation}/messages?order=desc`)).text.includes('While it was gone'));
  await isShown('After it came back');
}, 40_000);
