import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Product } from '../product.js';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
const product = new Product({ folder, port: 0, environment: { TWILIO_API_URL: 'http://127.0.0.1:9' } });
afterAll(async () => {
  await product.end('SIGKILL');
  rmSync(folder, { recursive: true });
});

const ROWS = 600;
const file = ['externalId,name', ...Array.from({ length: ROWS }, (_, row) => `crm-${row},Person ${row}`)].join('\n');

test('R8: an import continues after each kill -9, and every row has one effect and one result', async () => {
  const { url, tokens } = await product.start();
  const headers = { authorization: `Bearer ${tokens.manager}` };
  const upload = await fetch(`${url}/v1/imports?kind=contacts`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: file,
  });
  expect(upload.status).toBe(201);
  const { importId } = (await upload.json()) as { readonly importId: string };

  let seen: Readonly<Record<string, unknown>> = {};
  for (let lives = 0; seen['status'] !== 'finished'; lives += 1) {
    if (lives === 40) throw new Error('It did not end');
    // At some moment of the work: later processes live longer.
    await sleep(300 + lives * 400);
    await product.end('SIGKILL');
    const { url: now } = await product.start();
    seen = (await (await fetch(`${now}/v1/imports/${importId}`, { headers })).json()) as typeof seen;
  }
  expect(seen).toMatchObject({ created: ROWS, changed: 0, unchanged: 0, refused: 0 });
  const files = (): readonly string[] => readdirSync(join(folder, 'data', 'uploads'));
  for (const end = Date.now() + 20_000; files().length > 0 && Date.now() < end;) await sleep(50);
  expect(files()).toEqual([]);
}, 180_000);
