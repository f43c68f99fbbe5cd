import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { probeKafka, probeMongo } from './index.js';
import { runs } from './other-process.js';

const MAIN = join(import.meta.dirname, 'main.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const engines = (...args: string[]) => {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, ...args, '--folder', folder], { encoding: 'utf8' });
  return { status, stdout };
};

test('servers start, answer at their addresses, outlive their starter, and stop', async () => {
  try {
    const up = engines('up');
    const [, brokers = '', url = ''] = /^export KAFKA_BROKERS=(\S+)\nexport MONGODB_URL=(\S+)\n$/.exec(up.stdout) ?? [];
    await Promise.all([probeKafka([brokers]), probeMongo(url)]);
    expect(engines('up')).toEqual(up);
    expect(engines('status')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^Kafka .* answers .*\nmongo-java-server .* answers .*\n$/),
    });
  } finally {
    expect(engines('down').status).toBe(0);
  }
  expect(engines('status')).toEqual({
    status: 1,
    stdout: expect.stringMatching(/^Kafka .* not started\nmongo-java-server .* not started\n$/),
  });
}, 120_000);

test('a server of a test ends with it, also when it is killed', async () => {
  const code = `import { startMongo } from ${JSON.stringify(join(import.meta.dirname, 'index.js'))};
    const { pid } = await startMongo({ log: ${JSON.stringify(join(folder, 'log'))} });
    console.log(pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(String(line));
  expect(runs(pid, 'Main attached mongo')).toBe(true);
  parent.kill('SIGKILL');
  while (runs(pid, 'Main attached mongo')) await delay(50);
}, 60_000);

test('names a missing tool, and starts nothing', () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'up', '--folder', folder], {
    encoding: 'utf8',
    env: { PATH: folder },
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('Java 17 or later (java) is not on the PATH');
});
