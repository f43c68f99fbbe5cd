import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MasterKey, UnusableData, type Engines } from '@app/eventing';
import { STORED_FORMAT } from './folder-format.js';
import { rotateFolderMasterKey } from './index.js';
import { TemporaryFolder } from '@app/testing/embedded';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

const file = (name: string): string => join(folder.path, name);
const keyOf = async ({ keyring }: Engines): Promise<string> =>
  Buffer.from(await keyring.ensure('subject')).toString('hex');
const makeFolder = async (): Promise<string> => {
  const engines = await folder.open();
  const key = await keyOf(engines);
  await engines.close();
  return key;
};
/** The error message: one line that tells an operator what to do. */
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
  test('X8: is created at the first start, readable by its owner only, and opens the keys from then on', async () => {
    const key = await makeFolder();
    expect(statSync(file('master.key')).mode & 0o777).toBe(0o600);
    expect(MasterKey.parse(readFileSync(file('master.key'), 'utf8'))).toBeInstanceOf(MasterKey);
    expect(await keyOf(await folder.open())).toBe(key);
  });

  test('X8: if it is missing and keys are stored, the start is refused and no new one is created; restored, everything opens', async () => {
    const key = await makeFolder();
    renameSync(file('master.key'), file('elsewhere'));
    expect(await refusal(folder.open())).toMatch(/master\.key is missing.*MASTER_KEY_FILE/);
    expect(existsSync(file('master.key'))).toBe(false);
    renameSync(file('elsewhere'), file('master.key'));
    expect(await keyOf(await folder.open())).toBe(key);
  });

  test('X8: a wrong one is refused by its id, and so is a file that holds none', async () => {
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

  test('X8: a configured one is used, and none is created in the folder', async () => {
    const masterKeys = [new MasterKey(Buffer.alloc(32, 7))] as const;
    const first = await folder.open({ masterKeys });
    const key = await keyOf(first);
    await first.close();
    expect(existsSync(file('master.key'))).toBe(false);
    expect(await refusal(folder.open())).toMatch(/master\.key is missing/);
    expect(await keyOf(await folder.open({ masterKeys }))).toBe(key);
  });

  test('X8: a rotation leaves every key unchanged under a new master key', async () => {
    const key = await makeFolder();
    const before = readFileSync(file('master.key'), 'utf8');
    expect(await rotateFolderMasterKey(folder.path)).toBe(1);
    expect(readFileSync(file('master.key'), 'utf8')).not.toBe(before);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('master'))).toEqual(['master.key']);
    expect(await keyOf(await folder.open())).toBe(key);
    await expect(rotateFolderMasterKey(folder.path)).rejects.toMatchObject({ name: 'FolderLocked' });
  });
});

describe('the format of a data folder', () => {
  test('is written before anything else', async () => {
    await makeFolder();
    expect(JSON.parse(readFileSync(file('format.json'), 'utf8'))).toEqual({ format: STORED_FORMAT });
  });

  test.each([
    ['an older build, without a format', null, 'an older build \\(format 1'],
    ['an older build', `{"format":${STORED_FORMAT - 1}}`, `an older build \\(format ${STORED_FORMAT - 1}`],
    ['a newer build', `{"format":${STORED_FORMAT + 1}}`, `another build \\(format ${STORED_FORMAT + 1}`],
    ['an unknown build', 'x', 'another build \\(format unknown'],
  ])('a folder of %s is refused with an explanation and not changed', async (_by, format, said) => {
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
