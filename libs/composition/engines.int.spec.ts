import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidConfiguration, loadConfiguration } from '@app/platform';
import { openEngines } from './engines.js';

const servers = {
  EVENT_STORE: 'eventstoredb',
  EVENTSTOREDB_URL: 'esdb://user:sesame@127.0.0.1:9?tls=false',
  READ_MODELS: 'mongodb',
  MONGODB_URL: 'mongodb://user:sesame@127.0.0.1:9/messages',
  MASTER_KEY: 'ab'.repeat(32),
  TOPICS: 'kafka',
  KAFKA_BROKERS: '127.0.0.1:9',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engines-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (changes: Record<string, string> = {}) =>
  openEngines(loadConfiguration({ DATA_DIR: folder, ...servers, ...changes }));

it.each([
  ['EVENTSTOREDB_URL', 'esdb://user:sesame@127.0.0.1:9?tls=false&colour=blue'],
  ['EVENTSTOREDB_URL', 'esdb://user:sesame@127.0.0.1:port'],
  ['MONGODB_URL', 'mongodb://user:sesame@127.0.0.1:9/messages?colour=blue'],
  ['MONGODB_URL', 'mongodb://user:sesame@127.0.0.1:port/messages'],
])('an unusable %s is refused by name, without showing its password', async (name, value) => {
  const opening = open({ [name]: value });
  await expect(opening).rejects.toBeInstanceOf(InvalidConfiguration);
  await expect(opening).rejects.toThrow(name);
  await expect(opening).rejects.not.toThrow('sesame');
});

it('an unreadable file of the authority is refused', async () => {
  await expect(open({ KAFKA_TLS: 'true', KAFKA_CA_FILE: join(folder, 'none.pem') })).rejects.toThrow('none.pem');
});

it('engines opened before a wrong setting are closed: the folder can be opened again', async () => {
  const mixed = { EVENT_STORE: 'embedded', READ_MODELS: 'embedded', DATA_DIR: folder };
  await expect(
    openEngines(
      loadConfiguration({
        ...mixed,
        TOPICS: 'kafka',
        KAFKA_BROKERS: '127.0.0.1:9',
        KAFKA_TLS: 'true',
        KAFKA_CA_FILE: join(folder, 'none.pem'),
      }),
    ),
  ).rejects.toThrow('none.pem');
  await (await openEngines(loadConfiguration(mixed))).close();
});

it('unavailable servers do not prevent opening, and everything is closed', async () => {
  await (await open()).close();
});
