import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '@app/platform';
import { sample } from '@app/sample-program';
import { startStandalone, type Standalone } from '../../standalone/src/standalone.js';

let folder: string;
let standalone: Standalone;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widget-'));
  standalone = await startStandalone(loadConfiguration({ DATA_DIR: folder, PORT: '0' }));
});
afterAll(async () => {
  await standalone.close();
  await rm(folder, { recursive: true });
});

const ask = async (origin: string | undefined, init: RequestInit = {}): Promise<Response> => {
  const authorization = `Bearer ${await standalone.tokens.sign(sample.contact)}`;
  return fetch(`${standalone.url}/v1/portal/conversations`, {
    ...init,
    headers: { authorization, ...(origin && { origin }) },
  });
};

it('M5: a widget on a site of the program reads with the contact’s token', async () => {
  const answer = await ask('https://www.sunrise-solar.example');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://www.sunrise-solar.example');
  expect(answer.headers.get('vary')).toContain('origin');
});

it('M5: a widget elsewhere is refused, and the portal itself needs no origin', async () => {
  const refused = await ask('https://evil.example');
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'OriginNotAllowed']);
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  expect((await ask(undefined)).status).toBe(200);
});

it('M5: a preflight request of the browser is answered', async () => {
  const answer = await fetch(`${standalone.url}/v1/portal/conversations/x/messages`, {
    method: 'OPTIONS',
    headers: { origin: 'https://www.sunrise-solar.example', 'access-control-request-method': 'POST' },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
});

it('M5: the staff’s routes refuse browsers on other sites', async () => {
  const answer = await fetch(`${standalone.url}/v1/conversations`, {
    method: 'OPTIONS',
    headers: { origin: 'https://www.sunrise-solar.example' },
  });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});
