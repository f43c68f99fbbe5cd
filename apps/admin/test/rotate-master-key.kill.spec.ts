import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openEmbedded } from '@app/composition';
import { MasterKey } from '@app/eventing';

const ADMIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const SUBJECTS = Array.from({ length: 3_000 }, (_, n) => `subject-${n}`);

describe('admin rotate-master-key', () => {
  let folder: string;
  let data: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rotate-'));
    data = join(folder, 'data');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const rotate = (environment: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [ADMIN, 'rotate-master-key', '--data', data], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
    return { status, said: `${stdout}${stderr}` };
  };
  const keysIn = async (masterKey?: string): Promise<string[]> => {
    const key = masterKey === undefined ? null : MasterKey.parse(masterKey);
    const { keyring, close } = await openEmbedded(data, key ? { masterKeys: [key] } : {});
    const keys = await Promise.all(
      SUBJECTS.map(async (subject) => Buffer.from(await keyring.ensure(subject)).toString('hex')),
    );
    await close();
    return keys;
  };
  const inFile = (name: string, byte: string): string => {
    const path = join(folder, name);
    writeFileSync(path, byte.repeat(32));
    return path;
  };

  /** Kills a rotation once it has begun. On a busy machine it may end first. */
  async function isKilledBeforeItsEnd(): Promise<boolean> {
    const child = spawn(process.execPath, [ADMIN, 'rotate-master-key', '--data', data], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (!existsSync(join(data, 'master.key.new')) && child.exitCode === null) await nextTurn();
    child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string | null];
    return signal === 'SIGKILL';
  }

  test('X8: gives a folder a new master key, and continues after a kill', async () => {
    const keys = await keysIn();
    while (!(await isKilledBeforeItsEnd())) expect(await keysIn()).toEqual(keys);
    const former = readFileSync(join(data, 'master.key'), 'utf8');
    expect(await keysIn()).toEqual(keys);

    expect(rotate()).toEqual({
      status: 0,
      said: expect.stringMatching(/^\d+ keys wrapped again\. .*master\.key is the new master key/),
    });
    expect(readFileSync(join(data, 'master.key'), 'utf8')).not.toBe(former);
    expect(await keysIn()).toEqual(keys);
    await expect(keysIn(former)).rejects.toThrow(/wrapped by the master key/);
  });

  test('X8: with configured keys it needs both, in their order', async () => {
    const [former, next] = [inFile('former', 'ab'), inFile('next', 'cd')];
    const keys = await keysIn('ab'.repeat(32));
    expect(rotate({ MASTER_KEY_FILE: former })).toEqual({
      status: 1,
      said: expect.stringMatching(/^Give the former master key too, as MASTER_KEY_PREVIOUS[^\n]*\n$/),
    });
    expect(rotate({ MASTER_KEY_FILE: next })).toEqual({
      status: 1,
      said: expect.stringMatching(/^The stored keys are wrapped by the master key [^\n]*\n$/),
    });
    expect(rotate({ MASTER_KEY_FILE: join(folder, 'none') })).toEqual({
      status: 1,
      said: expect.stringMatching(/MASTER_KEY_FILE cannot be read/),
    });
    expect(rotate({ MASTER_KEY_FILE: next, MASTER_KEY_PREVIOUS_FILE: former })).toEqual({
      status: 0,
      said: expect.stringContaining(`${SUBJECTS.length} keys wrapped again`),
    });
    expect(await keysIn('cd'.repeat(32))).toEqual(keys);
    await expect(keysIn('ab'.repeat(32))).rejects.toThrow(/wrapped by the master key/);
  });

  test('X8: does not change a folder in use', async () => {
    const { close } = await openEmbedded(data);
    const before = readFileSync(join(data, 'master.key'), 'utf8');
    expect(rotate()).toEqual({ status: 1, said: expect.stringContaining('is in use by process') });
    await close();
    expect([existsSync(join(data, 'master.key.new')), readFileSync(join(data, 'master.key'), 'utf8')]).toEqual([
      false,
      before,
    ]);
  });
});
