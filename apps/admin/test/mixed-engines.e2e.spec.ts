import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnusableData } from '@app/eventing';
import { loadConfiguration } from '@app/platform';
import { startStandalone } from '../../standalone/src/standalone.js';

const ADMIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const ID = '[-0-9a-f]{36}';

/** Two installations, created once; each test mixes copies of them. */
let made: string;
let data: string;
beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'mixed-'));
  for (const name of ['one', 'other']) await startAndStop(join(made, name));
}, 60_000);
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'mix-'));
  cpSync(join(made, 'one'), data, { recursive: true });
});
afterEach(() => rmSync(data, { recursive: true }));
afterAll(() => rmSync(made, { recursive: true }));

async function startAndStop(folder: string): Promise<void> {
  const standalone = await startStandalone(loadConfiguration({ DATA_DIR: folder, PORT: '0' }));
  await standalone.close();
}

/** Takes files from the other installation. */
function take(...names: string[]): void {
  for (const name of names) {
    lose(name);
    cpSync(join(made, 'other', name), join(data, name));
  }
}
const lose = (name: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, `${name}${suffix}`), { force: true });
};
const admin = (...args: string[]) =>
  spawnSync(process.execPath, [ADMIN, ...args, '--data', data], { encoding: 'utf8', timeout: 60_000 });

async function refusal(): Promise<string> {
  const error: unknown = await startAndStop(data).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UnusableData);
  return (error as Error).message;
}

it('rule 13: the events of another installation stop the start', async () => {
  take('record.db');
  expect(await refusal()).toMatch(
    new RegExp(`^The record is ${ID}, and the keys belong to the record ${ID}: they cannot open its events`),
  );
});

it('rule 13: the keys of another installation stop the start', async () => {
  take('keys.db', 'master.key');
  expect(await refusal()).toMatch(
    new RegExp(`^The record is ${ID}, and the keys belong to the record ${ID}: they cannot open its events`),
  );
});

it('rule 13: an empty event store beside keys and read models stops the start', async () => {
  lose('record.db');
  expect(await refusal()).toMatch(
    new RegExp(
      `^The record is empty, and the keys belong to the record ${ID}, and the read models and checkpoints belong to the record ${ID}`,
    ),
  );
});

it('rule 13, X4: read models of another installation stop the start, and a rebuild fixes them', async () => {
  take('read-models.db');
  expect(await refusal()).toMatch(
    new RegExp(
      `^The record is ${ID}, and the read models and checkpoints belong to the record ${ID}. .*npm run admin -- rebuild`,
    ),
  );
  const rebuilt = admin('rebuild');
  expect([rebuilt.stderr, rebuilt.status]).toEqual(['', 0]);
  await startAndStop(data);
  expect(admin('compare')).toMatchObject({ status: 0 });
}, 120_000);

it('X4: without read models the start builds them again', async () => {
  lose('read-models.db');
  await startAndStop(data);
});

describe('without any keys', () => {
  beforeEach(() => lose('keys.db'));

  it('rule 13: the start is refused each time, and names the id that would have to be accepted', async () => {
    for (let time = 0; time < 2; time += 1)
      expect(await refusal()).toMatch(
        new RegExp(`^There are no keys of the record ${ID}: .*admin -- accept-lost-keys --record ${ID}`),
      );
  });

  it('X8: the loss is accepted only for the right id, once; then nobody from before gets a second key, and the start succeeds', async () => {
    const recordId = new RegExp(`record (${ID})`).exec(await refusal())?.[1] ?? '';
    expect(admin('accept-lost-keys', '--record', 'another')).toMatchObject({
      status: 1,
      stderr: `The record is ${recordId}, not another\n`,
    });
    const accepted = admin('accept-lost-keys', '--record', recordId);
    expect([accepted.stderr, accepted.status]).toEqual(['', 0]);
    expect(accepted.stdout).toContain('the record has new keys');
    expect(admin('accept-lost-keys', '--record', recordId)).toMatchObject({
      status: 1,
      stderr: 'The keys of this record exist; nothing was changed\n',
    });
    expect(admin('rebuild')).toMatchObject({ status: 0 });
    expect(admin('compare')).toMatchObject({ status: 0 });
    await startAndStop(data);
  }, 120_000);
});
