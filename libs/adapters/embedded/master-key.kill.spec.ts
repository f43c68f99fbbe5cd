import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Engines } from '@app/eventing';
import { openEmbedded, rotateFolderMasterKey } from './index.js';
import { TemporaryFolder } from '@app/testing/embedded';

const fixture = fileURLToPath(new URL('./master-key.fixture.js', import.meta.url));
const hex = (key: Uint8Array | 'destroyed' | undefined): string => Buffer.from(key ?? []).toString('hex');
const keyOf = async ({ keyring }: Engines, subject = 'subject'): Promise<string> => hex(await keyring.ensure(subject));

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

const file = (name: string): string => join(folder.path, name);

describe('the master key of a data folder', () => {
  test('X8: after a kill while the first start creates it, the folder can be opened and every reported key exists', async () => {
    let told = 0;
    for (let round = 0; round < 6; round += 1) {
      for (const line of await runUntilKilled(`round-${round}`, 1 + round)) {
        const [, name = '', key] = line.split(' ');
        const engines = await openEmbedded(file(name));
        expect(await keyOf(engines)).toBe(key);
        await engines.close();
        told += 1;
      }
      // The folder of the killed process.
      for (const name of readdirSync(folder.path)) await (await openEmbedded(file(name))).close();
    }
    expect(told).toBeGreaterThan(0);
  });

  test('X8: after a kill during a rotation the folder opens with every key, and the rotation continues', async () => {
    const subjects = Array.from({ length: 2_000 }, (_, n) => `subject-${n}`);
    const made = await folder.open();
    const keys = await Promise.all(subjects.map((subject) => keyOf(made, subject)));
    await made.close();
    const hasNext = async (): Promise<void> => {
      while (!existsSync(file('master.key.new'))) await nextTurn();
    };
    let unfinished = 0;
    for (let round = 0; round < 12; round += 1) {
      // The first time as soon as there is a new one, later at any moment.
      await runUntilKilled('rotate', 1, () => (round === 0 ? hasNext() : sleep(7 * round)));
      unfinished += existsSync(file('master.key.new')) ? 1 : 0;
      const engines = await folder.open();
      const stored = await engines.keyring.get(subjects);
      expect(subjects.map((subject) => hex(stored.get(subject)))).toEqual(keys);
      await engines.close();
    }
    expect(unfinished).toBeGreaterThan(0);
    await rotateFolderMasterKey(folder.path);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('master'))).toEqual(['master.key']);
    const stored = await (await folder.open()).keyring.get(subjects);
    expect(subjects.map((subject) => hex(stored.get(subject)))).toEqual(keys);
  });

  /** Kills the fixture after that many lines, at the given moment. @returns its output */
  async function runUntilKilled(
    what: string,
    lines: number,
    moment: () => Promise<unknown> = nextTurn,
  ): Promise<string[]> {
    const child = spawn(process.execPath, [fixture, folder.path, what], { stdio: ['ignore', 'pipe', 'inherit'] });
    const told: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('key ')) told.push(line);
      if ((lines -= 1) > 0) continue;
      await moment();
      child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return told;
  }
});
