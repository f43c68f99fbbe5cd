import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { readyLine } from '@app/platform';
import { programAt } from '../product.js';

/** Nothing listens on port 1. */
const away = {
  EVENT_STORE: 'eventstoredb',
  EVENTSTOREDB_URL: 'esdb://127.0.0.1:1?tls=false',
  READ_MODELS: 'mongodb',
  MONGODB_URL: 'mongodb://127.0.0.1:1/messages',
  MASTER_KEY: 'ab'.repeat(32),
  TOPICS: 'kafka',
  KAFKA_BROKERS: '127.0.0.1:1',
  PORT: '0',
};

let app: ChildProcessByStdio<null, Readable, null>;
const start = (name: string, brokers = away.KAFKA_BROKERS): void =>
  void (app = spawn(process.execPath, [programAt(`apps/${name}/src/main.js`)], {
    env: { ...away, KAFKA_BROKERS: brokers },
    stdio: ['ignore', 'pipe', 'ignore'],
  }));
afterEach(async () => {
  if (app.exitCode === null && app.kill('SIGKILL')) await once(app, 'exit');
});

describe('an app with unavailable engines', () => {
  it('rule 12: reports that it is not ready, and nothing internal', async () => {
    start('projector');
    const { url } = JSON.parse(await readyLine(app.stdout)) as { url: string };
    const answer = await fetch(`${url}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: 'EngineUnavailable' })]);
  });

  it('ends when it is stopped during its start', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    start('publisher', `127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const [socket] = (await once(silent, 'connection')) as [Socket];
    app.kill('SIGTERM');
    const [code] = (await Promise.race([once(app, 'exit'), delay(5_000, ['still there'], { ref: false })])) as [
      unknown,
    ];
    socket.destroy();
    silent.close();
    expect(code).toBe(0);
  });
});
