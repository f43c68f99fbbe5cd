import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@app/testing/servers';
import { programAt } from '../product.js';

/** The first three kills: EventStoreDB, the product, both. */
const SEED = '64';
const LONGEST_MS = 180_000;

const folder = mkdtempSync(join(tmpdir(), 'record-on-server-'));
const shell = (command: string) => execFileSync('sh', ['-c', command], { stdio: 'ignore' });
const stop = `kill -9 $(cat ${folder}/pid)`;
afterAll(() => {
  shell(stop);
  rmSync(folder, { recursive: true });
});

it(
  'N3 T2: nothing is lost or duplicated when the product in one process, a given server with its events, or both are killed',
  async () => {
    const port = await freePort();
    const start = `${process.execPath} ${programAt('libs/emulators/eventstoredb/main.js')} --data ${folder} --port ${port} & echo $! > ${folder}/pid`;
    shell(start);
    const env = {
      PATH: process.env['PATH'],
      EVENTSTOREDB_URL: `esdb://127.0.0.1:${port}?tls=false`,
      EVENTSTOREDB_STOP: stop,
      EVENTSTOREDB_START: start,
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [programAt('apps/tools/chaos/main.js'), '--record', 'eventstoredb', '--cycles', '3', '--seed', SEED],
      { env },
    );
    const kills = stdout.split('\n').flatMap((line) => /^cycle +\d\/3 +(.*killed) after/.exec(line)?.[1] ?? []);
    expect(kills).toEqual(['EventStoreDB killed', 'killed', 'EventStoreDB and then the product killed']);
    expect(stdout).toContain('events on EventStoreDB');
    expect(stdout).toContain('Everything is correct.');
  },
  LONGEST_MS,
);
