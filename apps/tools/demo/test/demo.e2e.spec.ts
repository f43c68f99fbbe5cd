import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEventStoreDbDouble } from '@app/emulators/eventstoredb';

const { EVENTSTOREDB_URL: _, ...environment } = process.env;
const demo = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  promisify(execFile)(process.execPath, ['dist/apps/tools/demo/main.js', ...args], { env });

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'demo-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

it('G4 M1 M2 M3 M4 M5 M7 M11 M13 M14 M16 I1 I2 I4 R1 R3 K1 K2 K3 K8 N1 N2 T1: the demo succeeds, and the transcript equals the received messages', async () => {
  const { stdout } = await demo(['--transcript', join(folder, 'day.json')], environment);
  expect(stdout).toContain('The demo succeeded.');
  expect(stdout).not.toContain('✗');
  const { provider, mail } = JSON.parse(await readFile(join(folder, 'day.json'), 'utf8')) as {
    provider: { creates: object[]; inbound: object[] };
    mail: object[];
  };
  expect(provider.creates).toHaveLength(4);
  expect(provider.inbound).toHaveLength(9);
  // Owner and manager are notified of the sample’s message, Rosa and the agent of one each; the manager of a note, the agent of a snooze.
  expect(mail).toHaveLength(6);
});

it('G6: succeeds with the events on the server of EVENTSTOREDB_URL, once', async () => {
  const server = await startEventStoreDbDouble({ folder });
  try {
    const env = { ...environment, EVENTSTOREDB_URL: server.url };
    const { stdout } = await demo([], env);
    expect(stdout).toContain('event store: eventstoredb');
    expect(stdout).toContain('The demo succeeded.');
    expect(server.counts.append).toBeGreaterThan(0);
    await expect(demo([], env)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the server must be empty'),
    });
  } finally {
    await server.close();
  }
});
