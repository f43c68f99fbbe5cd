import { configurationVariables, InvalidConfiguration, loadConfiguration } from './load-configuration.js';

const servers = {
  EVENT_STORE: 'eventstoredb',
  EVENTSTOREDB_URL: 'esdb://admin:changeit@node1:2113,node2:2113?tls=true',
  READ_MODELS: 'mongodb',
  MONGODB_URL: 'mongodb://user:pass@a:27017,b:27017/messages?replicaSet=rs0&tls=true',
  MASTER_KEY_FILE: '/run/secrets/master.key',
  TOPICS: 'kafka',
  KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9092',
  KAFKA_TLS: 'true',
  KAFKA_CA_FILE: '/run/secrets/kafka-ca.pem',
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_USERNAME: 'messages',
  KAFKA_PASSWORD: 'secret-of-kafka',
  KAFKA_PREFIX: 'staging.',
  EMAIL: 'smtp',
  SMTP_URL: 'smtps://user:pass@mail.example:465',
  SMTP_FROM: 'messages@sunrise.example',
};

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfiguration(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
};
const without = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(servers).filter(([other]) => other !== name));

test('accepts servers with TLS and passwords', () => {
  expect(loadConfiguration(servers)).toMatchObject(servers);
});

test('includes the variables without a default', () => {
  expect(configurationVariables).toEqual(
    expect.arrayContaining([...Object.keys(servers), 'PUBLIC_URL', 'JWT_SECRET', 'PORT']),
  );
});

test.each([
  'EVENTSTOREDB_URL',
  'MONGODB_URL',
  'KAFKA_BROKERS',
  'SMTP_URL',
  'SMTP_FROM',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_USERNAME',
  'KAFKA_PASSWORD',
  'KAFKA_TLS',
])('an incomplete server stops the start: without %s', (name) => {
  const problems = problemsOf(without(name));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(name);
});

const key = Buffer.alloc(32, 7);

test.each([
  [
    'G6: keys on a server without a master key',
    { MASTER_KEY_FILE: undefined },
    'MASTER_KEY or MASTER_KEY_FILE must be given',
  ],
  ['two master keys', { MASTER_KEY: key.toString('hex') }, 'MASTER_KEY and MASTER_KEY_FILE are both given'],
  [
    'two former ones',
    { MASTER_KEY_PREVIOUS: key.toString('base64'), MASTER_KEY_PREVIOUS_FILE: '/f' },
    'MASTER_KEY_PREVIOUS and MASTER_KEY_PREVIOUS_FILE are both given',
  ],
  [
    'a former one alone',
    {
      READ_MODELS: undefined,
      MONGODB_URL: undefined,
      MASTER_KEY_FILE: undefined,
      MASTER_KEY_PREVIOUS: key.toString('base64'),
    },
    'give MASTER_KEY or MASTER_KEY_FILE',
  ],
])('X8: %s: refused, with the names of the variables', (_what, changes: Record<string, string | undefined>, said) => {
  const environment = Object.fromEntries(
    Object.entries({ ...servers, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  expect(problemsOf(environment)).toEqual([expect.stringContaining(said)]);
});

test('X8: a master key has one of two notations', () => {
  for (const written of [key.toString('hex'), key.toString('base64')])
    expect(
      problemsOf({ ...without('MASTER_KEY_FILE'), MASTER_KEY: written, MASTER_KEY_PREVIOUS_FILE: '/former' }),
    ).toEqual([]);
});

test.each(['EVENT_STORE', 'READ_MODELS', 'TOPICS', 'EMAIL'])(
  'a server that is given and not chosen is an error: %s',
  (name) => {
    expect(problemsOf(without(name)).join()).toContain(`set ${name}=`);
  },
);

test.each([
  ['EVENT_STORE', 'postgres'],
  ['READ_MODELS', 'eventstoredb'],
  ['TOPICS', ''],
  ['EMAIL', 'sendmail'],
  ['EVENTSTOREDB_URL', 'http://secret@node:2113'],
  ['MONGODB_URL', 'mongodb://user:secret@host'],
  ['KAFKA_BROKERS', 'kafka'],
  ['KAFKA_TLS', 'yes'],
  ['KAFKA_SASL_MECHANISM', 'oauth'],
  ['MASTER_KEY_PREVIOUS', 'secret'],
  ['MASTER_KEY_PREVIOUS', Buffer.alloc(31, 'secret').toString('base64')],
  ['SMTP_URL', 'mail.example'],
  ['SMTP_FROM', 'nobody'],
  ['TAKE_OVER_AFTER_MS', '1'],
  ['PARTITIONS', '0'],
  ['API_SURFACES', 'queries,console'],
  ['API_SURFACES', ''],
])('%s=%s is refused by name, without repeating its value', (name, value) => {
  const problems = problemsOf({ ...servers, [name]: value }).join('\n');
  expect(problems).toContain(name);
  expect(problems).not.toContain('secret');
});

test('a previous secret alone is an error', () => {
  expect(problemsOf({ JWT_SECRET_PREVIOUS: 'p'.repeat(32) }).join()).toContain('JWT_SECRET');
  expect(problemsOf({ JWT_SECRET_PREVIOUS: 'p'.repeat(32), JWT_SECRET: 's'.repeat(32) })).toEqual([]);
  expect(problemsOf({ JWT_SECRET_PREVIOUS: 'short', JWT_SECRET: 's'.repeat(32) }).join()).toContain(
    'JWT_SECRET_PREVIOUS',
  );
});

test.each(['10.0.0.0/8', '127.0.0.1,::1', '2001:db8::/32'])('accepts proxies: %s', (value) =>
  expect(loadConfiguration({ TRUST_PROXY: value }).TRUST_PROXY).toBe(value),
);
test.each(['', 'true', 'loopback', '10.0.0.0/33', '10.0.0.0/', '1.2.3.4/8/8', '10.0.0.1,'])(
  'an invalid proxy stops the start: %j',
  (value) => expect(problemsOf({ TRUST_PROXY: value }).join()).toContain('TRUST_PROXY'),
);
test.each([
  'REQUESTS_PER_TOKEN_PER_MINUTE',
  'REQUESTS_PER_PROGRAM_PER_MINUTE',
  'REQUESTS_PER_ADDRESS_PER_MINUTE',
  'MAX_CONNECTIONS',
  'REQUEST_TIMEOUT_MS',
  'GRAPHQL_COST_PER_REQUEST',
])('a limit of zero, or without an upper bound, is refused: %s', (name) => {
  for (const value of ['0', '-1', 'none', '']) expect(problemsOf({ [name]: value }).join()).toContain(name);
});
