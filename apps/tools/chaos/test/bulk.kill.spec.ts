import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbedded } from '@app/composition';
import { Product } from '../product.js';

const CONVERSATIONS = 250;

const folder = mkdtempSync(join(tmpdir(), 'bulk-'));
const product = new Product({ folder, port: 0, environment: { TWILIO_API_URL: 'http://127.0.0.1:9' } });
afterAll(async () => {
  await product.end('SIGKILL');
  rmSync(folder, { recursive: true });
});

type Answer = Readonly<Record<string, unknown>>;

async function ask(
  { url, tokens }: Awaited<ReturnType<Product['start']>>,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${url}/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${tokens.owner}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Answer;
}

/** Types of the stored events of each stream. */
async function events(...streams: readonly string[]): Promise<readonly (readonly string[])[]> {
  const engines = await openEmbedded(join(folder, 'data'));
  const all: string[][] = [];
  for (const stream of streams) all.push((await engines.eventStore.read(stream, 0, 100)).map(({ type }) => type));
  await engines.close();
  return all;
}

test('I7: a bulk action continues after each kill, and archives each conversation once', async () => {
  const running = await product.start();
  const streams: string[] = [];
  let position = '';
  for (let n = 0; n < CONVERSATIONS; n += 1) {
    const started = await ask(running, 'conversations', { phone: `+1415555${1000 + n}` });
    streams.push(`conversation-${String(started['conversationId'])}`);
    position = String(started['position']);
  }
  const list = { action: 'archive', view: 'mine', position };
  const { jobId } = await ask(running, 'conversations/bulk', list);
  await product.end('SIGKILL');

  const bulk = `bulk-${String(jobId)}`;
  const resultsOf = async (): Promise<readonly Answer[]> => {
    const engines = await openEmbedded(join(folder, 'data'));
    const stored = await engines.eventStore.read(bulk, 0, 100);
    await engines.close();
    return stored.map(({ data }) => data as Answer);
  };
  const isFinished = async (): Promise<boolean> => (await resultsOf()).some((data) => data['isFinished'] === true);
  for (let lives = 0; !(await isFinished()); lives += 1) {
    if (lives === 20) throw new Error('It did not finish');
    await product.start();
    // Later processes live longer.
    await sleep(lives * 100);
    await product.end('SIGKILL');
  }
  const results = (await resultsOf()).flatMap((data) => (data['results'] ?? []) as Answer[]);
  expect(results).toHaveLength(CONVERSATIONS);
  expect(results.every(({ outcome }) => outcome === 'done')).toBe(true);
  for (const types of await events(...streams))
    expect(types.filter((type) => type === 'ConversationArchived.v1')).toHaveLength(1);
}, 240_000);
