import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MasterKey, UnusableData, type Engines } from '@app/eventing';
import { STORED_FORMAT } from './folder-format.js';
import { openEmbedded, rotateFolderMasterKey } from './index.js';
import { TemporaryFolder } from '@app/testing/embedded';

const fixture = fileURLToPath(new URL('./master-key.fixture.js', import.meta.url));
const hex = (key: Uint8Array | 'destroyed' | undefined): string => Buffer.from(key ?? []).toString('hex');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

const file = (name: string): string => join(folder.path, name);
const keyOf = async ({ keyring }: Engines, subject = 'subject'): Promise<string> => hex(await keyring.ensure(subject));
const makeFolder = async (): Promise<string> => {
  const engines = await folder.open();
  const key = await keyOf(engines);
  await engines.close();
  return key;
};
/** In one line, which an operator can act on. */
const refusal = async (opening: Promise<unknown>): Promise<string> => {
  const error = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UnusableData);
  const { message } = error as Error;
  expect(message).not.toMatch(/\n/);
  return message;
};

describe('the master key of a data folder', () => {
  test('X8: is made at the first start, for its owner alone, and opens the keys from then on', async () => {
    const key = await makeFolder();
    expect(statSync(file('master.key')).mode & 0o777).toBe(0o600);
    expect(MasterKey.parse(readFileSync(file('master.key'), 'utf8'))).toBeInstanceOf(MasterKey);
    expect(await keyOf(await folder.open())).toBe(key);
  });

  test('X8: when it is missing and keys are stored the start is refused and no new one is made; put back, all is there', async () => {
    const key = await makeFolder();
    renameSync(file('master.key'), file('elsewhere'));
    expect(await refusal(folder.open())).toMatch(/master\.key is missing.*MASTER_KEY_FILE/);
    expect(existsSync(file('master.key'))).toBe(false);
    renameSync(file('elsewhere'), file('master.key'));
    expect(await keyOf(await folder.open())).toBe(key);
  });

  test('X8: another one is refused by its id, and so is a file that holds none', async () => {
    const key = await makeFolder();
    const right = readFileSync(file('master.key'), 'utf8');
    const wrong = 'ab'.repeat(32);
    writeFileSync(file('master.key'), wrong);
    expect(await refusal(folder.open())).toContain(`the given one is ${new MasterKey(Buffer.from(wrong, 'hex')).id}`);
    writeFileSync(file('master.key'), 'something else');
    expect(await refusal(folder.open())).toMatch(/master\.key is not a master key/);
    writeFileSync(file('master.key'), right);
    expect(await keyOf(await folder.open())).toBe(key);
  });

  test('X8: one that is given is used, and none is made in the folder', async () => {
    const masterKeys = [new MasterKey(Buffer.alloc(32, 7))] as const;
    const first = await folder.open({ masterKeys });
    const key = await keyOf(first);
    await first.close();
    expect(existsSync(file('master.key'))).toBe(false);
    expect(await refusal(folder.open())).toMatch(/master\.key is missing/);
    expect(await keyOf(await folder.open({ masterKeys }))).toBe(key);
  });

  test('X8: a rotation leaves every key as it was under a new master key', async () => {
    const key = await makeFolder();
    const before = readFileSync(file('master.key'), 'utf8');
    expect(await rotateFolderMasterKey(folder.path)).toBe(1);
    expect(readFileSync(file('master.key'), 'utf8')).not.toBe(before);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('master'))).toEqual(['master.key']);
    expect(await keyOf(await folder.open())).toBe(key);
    await expect(rotateFolderMasterKey(folder.path)).rejects.toMatchObject({ name: 'FolderLocked' });
  });

  test('X8: killed while the first start makes it, the folder can be opened and every key that was told is there', async () => {
    let told = 0;
    for (let round = 0; round < 6; round += 1) {
      for (const line of await runUntilKilled(`round-${round}`, 1 + round)) {
        const [, name = '', key] = line.split(' ');
        const engines = await openEmbedded(file(name));
        expect(await keyOf(engines)).toBe(key);
        await engines.close();
        told += 1;
      }
      // The folder in which it died.
      for (const name of readdirSync(folder.path)) await (await openEmbedded(file(name))).close();
    }
    expect(told).toBeGreaterThan(0);
  });

  test('X8: a rotation killed anywhere leaves a folder that opens with every key, and goes on', async () => {
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

  /** Kills the fixture after that many lines, and when the moment has come. @returns what it told */
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

describe('the format of a data folder', () => {
  test('is noted before anything is stored', async () => {
    await makeFolder();
    expect(JSON.parse(readFileSync(file('format.json'), 'utf8'))).toEqual({ format: STORED_FORMAT });
  });

  test.each([
    ['an older build, which noted none', null, 'an older build \\(format 1'],
    ['an older build', `{"format":${STORED_FORMAT - 1}}`, `an older build \\(format ${STORED_FORMAT - 1}`],
    ['a newer build', `{"format":${STORED_FORMAT + 1}}`, `another build \\(format ${STORED_FORMAT + 1}`],
    ['who knows what', 'x', 'another build \\(format unknown'],
  ])('one that was written by %s is refused with an explanation and left as it is', async (_by, format, said) => {
    await makeFolder();
    if (format === null) rmSync(file('format.json'));
    else writeFileSync(file('format.json'), format);
    const contents = (): Record<string, string> =>
      Object.fromEntries(
        ['record.db', 'keys.db', 'format.json'].map((name) => [
          name,
          existsSync(file(name)) ? readFileSync(file(name), 'base64') : '',
        ]),
      );
    const before = contents();
    const message = await refusal(folder.open());
    expect(message).toMatch(new RegExp(said));
    expect(message).toContain('DATA_DIR');
    expect(contents()).toEqual(before);
  });
});
