import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consume, numberOf, numbers, rejection, uniqueName } from '@app/testing/contracts';
import { freePort, startKafka, type RunningKafka } from '@app/testing/servers';
import { openKafka } from './open-kafka.js';
import type { KafkaOptions } from './connection.js';

const folder = mkdtempSync(join(tmpdir(), 'kafka-'));
const caFile = join(folder, 'ca.pem');
let broker: RunningKafka | undefined;
let brokers: string[];

beforeAll(async () => {
  const store = ['-keystore', join(folder, 'keys.p12'), '-storepass', 'keystore'];
  execFileSync(
    'keytool',
    [
      '-genkeypair',
      ...store,
      '-alias',
      'broker',
      '-keyalg',
      'RSA',
      '-dname',
      'CN=broker',
      '-ext',
      'SAN=IP:127.0.0.1',
      '-validity',
      '2',
    ],
    { stdio: 'pipe' },
  );
  execFileSync('keytool', ['-exportcert', ...store, '-alias', 'broker', '-rfc', '-file', caFile], { stdio: 'pipe' });
  brokers = [`127.0.0.1:${await freePort()}`];
  const settings = `
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_app="right" user_guest="right";
ssl.keystore.location=${join(folder, 'keys.p12')}
ssl.keystore.password=keystore
ssl.keystore.type=PKCS12
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:app`;
  broker = await startKafka({ folder, guarded: { listener: `SASL_SSL://${brokers[0]}`, settings } });
}, 120_000);
afterAll(async () => {
  await broker?.stop();
  rmSync(folder, { recursive: true });
});

const as = (username: string, password = 'right'): KafkaOptions => ({
  brokers,
  tls: { caFile },
  sasl: { mechanism: 'plain', username, password },
});

test('with the right authority, name and password it works like any Kafka', async () => {
  const { topics, close } = openKafka(as('app'));
  const topic = uniqueName('topic');
  await topics.prepare([topic]);
  await topics.publish(topic, numbers(0, 3));
  expect((await consume(topics, [topic], uniqueName('group'), 3)).map(numberOf).toSorted()).toEqual([0, 1, 2]);
  await close();
});

test.each([
  ['a wrong password', as.bind(null, 'app', 'wrong'), /wrong user or password/],
  ['no right to the topic', as.bind(null, 'guest'), /lacks a right/],
])('U3: %s is reported at once, without waiting', async (_, options, expected) => {
  const { topics, close } = openKafka(options());
  const calls = [
    consume(topics, ['topic'], uniqueName('group'), 1),
    topics.publish('topic', numbers(0, 1)),
    topics.prepare(['topic']),
  ];
  for (const error of await Promise.all(calls.map(rejection))) {
    expect(error).toMatchObject({ name: 'AccessRefused', message: expect.stringMatching(expected) });
  }
  await close();
});

test.each<[string, () => KafkaOptions, object | undefined]>([
  ['all that is needed', as.bind(null, 'app'), undefined],
  [
    'a wrong password',
    as.bind(null, 'app', 'wrong'),
    { name: 'AccessRefused', message: 'Kafka: wrong user or password' },
  ],
  [
    'an unknown authority',
    () => ({ ...as('app'), tls: {} }),
    { name: 'AccessRefused', message: expect.stringContaining('certificate of the server is not valid') },
  ],
])('U3: the check at start finds %s', async (_, options, expected) => {
  const { checkAccess, close } = openKafka(options());
  const outcome = await checkAccess().catch((error: unknown) => error);
  if (expected) expect(outcome).toMatchObject(expected);
  else expect(outcome).toBeUndefined();
  await close();
});
