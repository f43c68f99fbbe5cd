import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbedded } from '@app/composition';
import { sample } from '@app/sample-program';
import { Product } from '../product.js';

const folder = mkdtempSync(join(tmpdir(), 'mute-'));
const product = new Product({ folder, port: 0, environment: { TWILIO_API_URL: 'http://127.0.0.1:9' } });
afterAll(async () => {
  await product.end('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Types of the stored events of the mute. */
async function events(): Promise<readonly string[]> {
  const engines = await openEmbedded(join(folder, 'data'));
  const stored = await engines.eventStore.read(`mute-${sample.conversationId}`, 0, 100);
  await engines.close();
  return stored.map(({ type }) => type);
}

test('I6: a mute whose end came while no process ran ends in the next one, once, however often that is killed', async () => {
  const { url, tokens } = await product.start();
  const until = Date.now() + 300;
  const { status } = await fetch(`${url}/v1/conversations/${sample.conversationId}/mute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.agent}`, 'content-type': 'application/json' },
    body: JSON.stringify({ until: new Date(until).toISOString() }),
  });
  expect(status).toBe(200);
  await product.end('SIGKILL');
  expect(await events()).toEqual(['ConversationMuted.v1']);
  await sleep(Math.max(0, until - Date.now()));

  let seen: readonly string[] = [];
  for (let lives = 0; !seen.includes('MuteEnded.v1'); lives += 1) {
    if (lives === 20) throw new Error('It did not end');
    await product.start();
    // At some moment between its start and the work: later processes live longer.
    await sleep(lives * 50);
    await product.end('SIGKILL');
    seen = await events();
  }
  await product.start();
  await sleep(500);
  await product.end('SIGTERM');
  expect(await events()).toEqual(['ConversationMuted.v1', 'MuteEnded.v1']);
}, 120_000);
