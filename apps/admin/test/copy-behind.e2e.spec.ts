import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded, openEventStoreDb } from '@app/composition';
import { Checkpoints, EventLog, type Engines } from '@app/eventing';
import type { Position } from '@app/kernel';
import { loadConfiguration } from '@app/platform';
import { parkedProjection } from '@app/read-models';
import { DoubleProcess } from '@app/emulators/eventstoredb';
import { startStandalone } from '../../standalone/src/standalone.js';

const ADMIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const FOLLOWERS = [
  'automation',
  'automation replays',
  'notifier opt-outs',
  'notifier replays',
  'notifier sweep',
  'publisher',
  'parked',
];
const BEGINNING: Position = '0'.repeat(20);

/** A data folder whose process has ended after everything was handled. */
describe('admin copy while a follower lags', () => {
  const folder = mkdtempSync(join(tmpdir(), 'behind-'));
  const data = join(folder, 'data');
  let server: DoubleProcess;
  let head: Position;

  beforeAll(async () => {
    server = await new DoubleProcess(join(folder, 'server')).start();
    const standalone = await startStandalone(
      loadConfiguration({ DATA_DIR: data, PORT: '0', UNDELIVERED_AFTER_MS: '100' }),
    );
    const [eventLog, checkpoints] = [standalone.app.get(EventLog), standalone.app.get(Checkpoints)];
    for (const name of FOLLOWERS)
      expect(await checkpoints.waitFor(name, (await eventLog.head()) ?? BEGINNING, 20_000)).toBe(true);
    await standalone.close();
    // Handles events that were appended while it was stopped, too.
    await inFolder(async (engines) => {
      head = (await engines.eventStore.head()) ?? BEGINNING;
      for (const name of FOLLOWERS) {
        const reached = await engines.checkpoints.get(name);
        if (reached !== head) await engines.checkpoints.set(name, reached, head);
      }
    });
  }, 60_000);
  afterAll(async () => {
    await server.signal('SIGTERM');
    rmSync(folder, { recursive: true });
  });

  async function inFolder<Result>(work: (engines: Engines) => Promise<Result>): Promise<Result> {
    const engines = await openEmbedded(data);
    try {
      return await work(engines);
    } finally {
      await engines.close();
    }
  }
  const move = (name: string, from: Position, to: Position): Promise<void> =>
    inFolder(({ checkpoints }) => checkpoints.set(name, from, to));
  const copy = () =>
    spawnSync(process.execPath, [ADMIN, 'copy', '--data', data, '--to', server.url], {
      encoding: 'utf8',
      timeout: 60_000,
    });

  /** After the refusal: nothing was copied. */
  async function isRefused(message: string): Promise<void> {
    const { status, stderr } = copy();
    expect([status, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining(message)]]);
    const target = await openEventStoreDb(server);
    expect(await target.eventStore.head()).toBeNull();
    await target.close();
  }

  it.each(FOLLOWERS)('X4: is refused while %s lags, and the message says what to do', async (name) => {
    await move(name, head, BEGINNING);
    await isRefused(
      `The record ends at ${head}, and some followers have not reached its end: ${name} is at ${BEGINNING}. Positions of two engines cannot be compared, so nothing was copied. Start the process on this folder again`,
    );
    await move(name, BEGINNING, head);
  });

  it('X4: is refused while automation has parked something, since its replay would count as newer', async () => {
    const row = {
      id: 'parked-1',
      programId: 'program-1',
      worker: 'automation',
      key: '+1',
      waiting: 1,
      isWaiting: true,
      since: '2026-01-01T00:00:00.000Z',
      cause: 'TypeError',
    };
    const write = (isWaiting: boolean, position: Position): Promise<void> =>
      inFolder(async ({ readModels, checkpoints }) => {
        await readModels.prepare(parkedProjection);
        await checkpoints.set('parked', head, BEGINNING);
        await readModels.write(parkedProjection, [{ document: { ...row, isWaiting }, position }], {
          from: BEGINNING,
          to: head,
        });
      });
    await write(true, BEGINNING);
    await isRefused('Automation has parked messages of 1');
    await write(false, head);
  });

  it('X4: succeeds when all have reached the end, and says that checkpoints are not copied', () => {
    const { status, stdout, stderr } = copy();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Checkpoints are not copied');
  });
});
