import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyLine } from '@app/platform';
import { makeCertificate } from '@app/testing';
import { startEventStoreDbDouble, type DoubleOptions, type EventStoreDbDouble } from '@app/emulators/eventstoredb';

const PASSWORD = 's3cret-word';
const folder = mkdtempSync(join(tmpdir(), 'access-'));
const tls = makeCertificate();
const caFile = join(folder, 'ca.pem');
const users = {
  admin: { password: PASSWORD, rights: ['read $all', 'append'] },
  ops: { password: PASSWORD, rights: ['append'] },
  reader: { password: PASSWORD, rights: ['read $all'] },
} as const;

let server: EventStoreDbDouble;
const start = async (options: Partial<DoubleOptions>): Promise<EventStoreDbDouble> =>
  (server = await startEventStoreDbDouble({ folder: join(folder, 'server'), ...options }));
beforeAll(() => writeFileSync(caFile, tls.certificate));
afterEach(async () => {
  await server.close();
  rmSync(join(folder, 'data'), { recursive: true, force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const process_ = (url: string) => {
  const environment = { ...process.env, EVENT_STORE: 'eventstoredb', EVENTSTOREDB_URL: url };
  return spawn(
    process.execPath,
    ['dist/apps/standalone/src/main.js', '--json', '--port', '0', '--data', join(folder, 'data')],
    { env: environment },
  );
};
const as = (user: string, query = `?tlsCAFile=${caFile}`): string =>
  server.url.replace('esdb://', `esdb://${user}`) + query;

test.each<[string, Partial<DoubleOptions>, () => string, string]>([
  ['a wrong password', { tls, users }, () => as(`admin:${PASSWORD}x@`), 'wrong user or password'],
  ['an unknown user', { tls, users }, () => as(`nobody:${PASSWORD}@`), 'wrong user or password'],
  ['no user', { tls, users }, () => as(''), 'may not read $all'],
  ['a user who may not read everything', { tls, users }, () => as(`ops:${PASSWORD}@`), 'may not read $all'],
  ['a user who may not append', { tls, users }, () => as(`reader:${PASSWORD}@`), 'may not append to streams'],
  [
    'an unknown certificate',
    { tls, users },
    () => as(`admin:${PASSWORD}@`, ''),
    'is not valid (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  [
    'a name that is not in the certificate',
    { tls, users },
    () => as(`admin:${PASSWORD}@`).replace('localhost', '127.0.0.1'),
    'is not valid (ERR_TLS_CERT_ALTNAME_INVALID)',
  ],
])(
  'G6 U3: %s stops the start with one line that names the variable, without the password',
  async (_, options, url, reason) => {
    await start(options);
    const child = process_(url());
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += String(data)));
    child.stderr.on('data', (data) => (stderr += String(data)));
    expect(((await once(child, 'close')) as [number])[0]).toBe(1);
    expect(stderr).toMatch(/^EVENTSTOREDB_URL: [^\n]+\n$/);
    expect(stderr).toContain(reason);
    expect(stdout + stderr).not.toContain(PASSWORD);
  },
);

test('G6 U3: with all rights it starts, and the check leaves nothing in the event store', async () => {
  await start({ tls, users });
  const child = process_(as(`admin:${PASSWORD}@`));
  const line = await readyLine(child.stdout);
  expect(JSON.parse(line)).toHaveProperty('url');
  child.kill('SIGTERM');
  expect(((await once(child, 'exit')) as [number])[0]).toBe(0);
});
