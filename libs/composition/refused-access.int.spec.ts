import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { loadConfiguration } from '@app/platform';
import { makeCertificate } from '@app/testing';
import { openEngines } from './engines.js';

describe('a server with an unknown certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'engines-'));
  let server: Server;
  let port: number;
  beforeAll(async () => {
    const { certificate, key } = makeCertificate();
    server = createServer({ cert: certificate, key }).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test.each<[string, () => Record<string, string>]>([
    [
      'EVENTSTOREDB_URL',
      () => ({ EVENT_STORE: 'eventstoredb', EVENTSTOREDB_URL: `esdb://user:sesame@localhost:${port}` }),
    ],
    [
      'MONGODB_URL',
      () => ({
        READ_MODELS: 'mongodb',
        MONGODB_URL: `mongodb://user:sesame@localhost:${port}/messages?tls=true`,
        MASTER_KEY: 'ab'.repeat(32),
      }),
    ],
    [
      'KAFKA_BROKERS, KAFKA_CA_FILE',
      () => ({ TOPICS: 'kafka', KAFKA_BROKERS: `localhost:${port}`, KAFKA_TLS: 'true' }),
    ],
  ])('G6 U3: %s is named with the reason, in one line', async (variable, environment) => {
    const opening = openEngines(loadConfiguration({ DATA_DIR: folder, ...environment() }));
    await expect(opening).rejects.toMatchObject({
      name: 'UnusableData',
      message: expect.stringMatching(/^[^\n]*is not valid \(DEPTH_ZERO_SELF_SIGNED_CERT\)[^\n]*$/),
    });
    await expect(opening).rejects.toThrow(variable);
    await expect(opening).rejects.not.toThrow('sesame');
  });
});
