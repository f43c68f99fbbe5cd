import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '@app/platform';
import { sample } from '@app/sample-program';
import { startStandalone } from '../../standalone/src/standalone.js';

const ADMIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'policy-'));

afterAll(() => rmSync(folder, { recursive: true }));

function admin(...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ADMIN, ...args, '--data', join(folder, 'data')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { status, said: (stdout + stderr).trim() };
}

const setPolicy = (program: string, policy: string, value: string) =>
  admin('set-policy', '--program', program, '--policy', policy, '--value', value);

it('G7: the command line changes a policy of a program, once, and refuses an unknown policy or value', async () => {
  await (await startStandalone(loadConfiguration({ DATA_DIR: join(folder, 'data'), PORT: '0' }))).close();
  expect(setPolicy(sample.programId, 'replyToInbound', 'needs_consent')).toEqual({
    status: 0,
    said: 'replyToInbound is needs_consent from now on',
  });
  expect(setPolicy(sample.programId, 'replyToInbound', 'needs_consent').said).toBe(
    'replyToInbound was needs_consent already',
  );
  expect(setPolicy(sample.programId, 'replyToInbound', 'sometimes')).toEqual({
    status: 1,
    said: 'replyToInbound has no value sometimes; it has allowed, needs_consent',
  });
  expect(setPolicy('none', 'replyToInbound', 'allowed')).toEqual({ status: 1, said: 'There is no program none' });
  expect(setPolicy(sample.programId, 'replies', 'allowed').said).toContain('Allowed choices are');
}, 60_000);
