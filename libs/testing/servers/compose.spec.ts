import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { naturalId } from '@app/eventing';
import { configurationVariables, loadConfiguration } from '@app/platform';
import { readCompose, substituted, type ComposeFile, type Service } from './compose.js';

const base = readCompose('docker-compose.yml');
const secure = readCompose('infra/compose.tls.yml');
const OUR_IMAGE = 'referral-messages';
/** Node's own variable; every other one is read by the configuration. */
const NODES_OWN = 'NODE_EXTRA_CA_CERTS';

const secrets = {
  ...Object.fromEntries(
    ['EVENTSTOREDB_PASSWORD', 'MONGODB_PASSWORD', 'KAFKA_PASSWORD', 'JWT_SECRET'].map((name) => [
      name,
      `${name}-that-is-longer-than-it-must-be`,
    ]),
  ),
  MASTER_KEY: 'ab'.repeat(32),
};
const ours = Object.entries(base.services).filter(([, { image }]) => image === OUR_IMAGE);
/** The services that read the configuration: all of ours except the provider's emulator. */
const apps = ours.filter(([name]) => name !== 'provider').map(([name]) => name);

function environmentOf(
  name: string,
  files: readonly ComposeFile[],
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const declared = Object.assign({}, ...files.map(({ services }) => services[name]?.environment ?? {})) as Record<
    string,
    string
  >;
  return Object.fromEntries(Object.entries(declared).map(([variable, value]) => [variable, substituted(value, given)]));
}
const unknownIn = (environment: Readonly<Record<string, string>>): string[] =>
  Object.keys(environment).filter((name) => name !== NODES_OWN && !configurationVariables.includes(name));

describe('Compose files', () => {
  const isValid = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync('infra/compose-spec.schema.json', 'utf8')) as object,
  );
  const without = (change: (service: Record<string, unknown>) => void): ComposeFile => {
    const broken = structuredClone(base);
    change(broken.services['api'] as Record<string, unknown>);
    return broken;
  };

  it.each([
    ['docker-compose.yml', base],
    ['infra/compose.tls.yml', secure],
  ])('%s is allowed by the specification', (_file, content) => {
    isValid(content);
    expect(isValid.errors ?? []).toEqual([]);
  });

  it.each([
    ['a misspelled key', without((api) => (api['enviroment'] = {}))],
    ['an unknown condition', without((api) => (api['depends_on'] = { prepare: { condition: 'service_ready' } }))],
    ['a command that is a number', without((api) => (api['command'] = 3000))],
  ])('%s is refused', (_what, broken) => expect(isValid(broken)).toBe(false));
});

describe('the variables of our processes', () => {
  it('are complete', () =>
    expect(apps.toSorted()).toEqual(['api', 'automation', 'notifier', 'prepare', 'projector', 'publisher', 'sample']));

  it.each(apps)('%s: variables and values are valid in the configuration', (name) => {
    const environment = environmentOf(name, [base]);
    expect(unknownIn(environment)).toEqual([]);
    expect(loadConfiguration(environment)).toMatchObject({
      EVENT_STORE: 'eventstoredb',
      READ_MODELS: 'mongodb',
      TOPICS: 'kafka',
      SMS: 'emulator',
    });
  });

  it.each(apps)('%s: the same with TLS and logins', (name) => {
    const environment = environmentOf(name, [base, secure], secrets);
    expect(unknownIn(environment)).toEqual([]);
    const configuration = loadConfiguration(environment);
    expect(configuration.KAFKA_TLS).toBe('true');
    for (const url of [configuration.EVENTSTOREDB_URL, configuration.MONGODB_URL])
      expect(url).toMatch(/:\w+_PASSWORD-[^@]+@.*tls=true/);
  });

  it('are refused with TLS and without its secrets', () =>
    expect(() => environmentOf('api', [base, secure])).toThrow('EVENTSTOREDB_PASSWORD is not given'));

  it('a renamed variable is noticed', () => {
    const { MONGODB_URL = '', ...others } = environmentOf('api', [base]);
    const renamed = { ...others, MONGO_URL: MONGODB_URL };
    expect(unknownIn(renamed)).toEqual(['MONGO_URL']);
    expect(() => loadConfiguration(renamed)).toThrow('MONGODB_URL');
  });

  it('only the notifier gets the mail server', () => {
    const told = apps.filter((name) => environmentOf(name, [base])['SMTP_URL'] !== undefined);
    expect(told).toEqual(['notifier']);
    expect(loadConfiguration(environmentOf('notifier', [base])).EMAIL).toBe('smtp');
  });

  it.each(apps)('%s: its engines are services of the same file', (name) => {
    const urls = Object.values(environmentOf(name, [base])).filter((value) => /^\w+:\/\/|^[\w.-]+:\d+$/.test(value));
    const hosts = urls.map((url) => /^(?:\w+:\/\/)?([\w-]+):\d+/.exec(url)?.[1]);
    expect(hosts).toEqual(expect.arrayContaining(['eventstore', 'mongodb', 'kafka']));
    for (const host of hosts) expect(Object.keys(base.services)).toContain(host);
  });
});

describe('commands', () => {
  it.each(ours)('%s starts a file that is built from these sources', (_name, { command = [] }: Service) => {
    const [node, entry = ''] = command;
    expect(node).toBe('node');
    expect(existsSync(entry.replace(/^dist\/(.*)\.js$/, '$1.ts'))).toBe(true);
  });

  it('the provider’s emulator has the sample’s account and number, and posts to where the API checks signatures', () => {
    const { PUBLIC_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_SENDER_PHONE, TWILIO_API_URL } =
      loadConfiguration(environmentOf('api', [base]));
    const command = (base.services['provider']?.command ?? []).map((part) => substituted(part));
    expect(command).toContain(`--account=${TWILIO_ACCOUNT_SID}:${TWILIO_AUTH_TOKEN}:${TWILIO_SENDER_PHONE}`);
    expect(command).toContain(`--sms-url=${PUBLIC_URL}/webhooks/twilio/${naturalId('sample', 'program')}/messages`);
    expect(command).toContain(`--port=${new URL(TWILIO_API_URL ?? '').port}`);
  });
});

describe('exposure and rights', () => {
  it.each(Object.entries(base.services))(
    '%s: only this machine, no unneeded rights, a health check or an end',
    (_name, service) => {
      for (const port of (service['ports'] ?? []) as string[]) expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(service).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(service['healthcheck']).toMatchObject(
        service['restart'] === 'no' ? { disable: true } : { test: expect.any(Array) as unknown },
      );
    },
  );

  it.each(ours)('%s writes only to its /tmp', (_name, service) =>
    expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp'] }),
  );
});
