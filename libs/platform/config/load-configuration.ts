import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { Configuration } from './configuration.js';

type Given = Readonly<Record<string, unknown>>;

/** The variables that each choice requires, and those that are valid only with it. */
const choices = [
  { variable: 'EVENT_STORE', choice: 'eventstoredb', needs: ['EVENTSTOREDB_URL'], takes: [] },
  { variable: 'READ_MODELS', choice: 'mongodb', needs: ['MONGODB_URL'], takes: [] },
  {
    variable: 'TOPICS',
    choice: 'kafka',
    needs: ['KAFKA_BROKERS'],
    takes: ['KAFKA_TLS', 'KAFKA_CA_FILE', 'KAFKA_SASL_MECHANISM', 'KAFKA_USERNAME', 'KAFKA_PASSWORD', 'KAFKA_PREFIX'],
  },
  { variable: 'EMAIL', choice: 'smtp', needs: ['SMTP_URL', 'SMTP_FROM'], takes: [] },
] as const;

/** Names of all variables. */
export const configurationVariables: readonly string[] = [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(Configuration, '', true, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/** @throws InvalidConfiguration naming each variable that is wrong */
export function loadConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const given = Object.fromEntries(
    configurationVariables.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]]),
  );
  const configuration = plainToInstance(Configuration, given, { exposeDefaultValues: true });
  const problems = [
    ...validateSync(configuration).flatMap(({ constraints }) => Object.values(constraints ?? {})),
    ...choices.flatMap((choice) => choiceProblems(choice, configuration, given)),
    ...twilioProblems(configuration, given),
    ...kafkaProblems(configuration, given),
    ...masterKeyProblems(configuration),
  ];
  if (configuration.JWT_SECRET_PREVIOUS !== undefined && configuration.JWT_SECRET === undefined)
    problems.push('JWT_SECRET_PREVIOUS is given, but JWT_SECRET is not: set JWT_SECRET to the new secret');
  if (configuration.CLAIM_TIMEOUT_MS <= configuration.TWILIO_TIMEOUT_MS)
    problems.push('CLAIM_TIMEOUT_MS must be longer than TWILIO_TIMEOUT_MS');
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze(configuration);
}

/**
 * For a separate process: engines are shared with other processes, so none can be embedded.
 * @throws InvalidConfiguration
 */
export function loadServerConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  needs: readonly (keyof Configuration)[],
): Configuration {
  const configuration = loadConfiguration(environment);
  const embedded = (['EVENT_STORE', 'READ_MODELS', 'TOPICS'] as const).filter(
    (name) => configuration[name] === 'embedded',
  );
  const missing = needs.filter(
    (name) => configuration[name] === undefined && !(name === 'TWILIO_API_URL' && configuration.SMS === 'twilio'),
  );
  const problems = [
    ...embedded.map(
      (name) =>
        `${name} is embedded, and an embedded engine belongs to one process: set it to a server, or run all apps in one process with "npm start"`,
    ),
    ...missing.map((name) => `${name} must be given to this app`),
  ];
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return configuration;
}

function choiceProblems(
  { variable, choice, needs, takes }: (typeof choices)[number],
  configuration: Configuration,
  given: Given,
): string[] {
  return configuration[variable] === choice
    ? needs
        .filter((name) => given[name] === undefined)
        .map((name) => `${name} must be given with ${variable}=${choice}`)
    : [...needs, ...takes]
        .filter((name) => given[name] !== undefined)
        .map(
          (name) =>
            `${name} is given, but ${variable} is ${configuration[variable]}: set ${variable}=${choice}, or leave ${name} out`,
        );
}

function twilioProblems({ SMS, TWILIO_API_URL, PUBLIC_URL }: Configuration, given: Given): string[] {
  if (SMS !== 'twilio') return [];
  const problems = ['TWILIO_AUTH_TOKEN', 'TWILIO_ACCOUNT_SID', 'TWILIO_SENDER_PHONE']
    .filter((name) => !given[name])
    .map((name) => `${name} must be given with SMS=twilio`);
  if (TWILIO_API_URL) problems.push('TWILIO_API_URL is for SMS=emulator: with SMS=twilio texts go to the provider');
  if (!PUBLIC_URL) problems.push('PUBLIC_URL must be given with SMS=twilio: the provider signs it');
  return problems;
}

function kafkaProblems({ KAFKA_TLS }: Configuration, given: Given): string[] {
  const login = ['KAFKA_SASL_MECHANISM', 'KAFKA_USERNAME', 'KAFKA_PASSWORD'];
  const missing = login.filter((name) => given[name] === undefined);
  const problems =
    missing.length === login.length
      ? []
      : missing.map((name) => `${name} must be given with the other two of ${login.join(', ')}`);
  if (given['KAFKA_CA_FILE'] !== undefined && KAFKA_TLS !== 'true')
    problems.push('KAFKA_CA_FILE is given, but KAFKA_TLS is not true');
  return problems;
}

function masterKeyProblems({
  READ_MODELS,
  MASTER_KEY,
  MASTER_KEY_FILE,
  MASTER_KEY_PREVIOUS,
  MASTER_KEY_PREVIOUS_FILE,
}: Configuration): string[] {
  const [current, previous] = [
    [MASTER_KEY, MASTER_KEY_FILE],
    [MASTER_KEY_PREVIOUS, MASTER_KEY_PREVIOUS_FILE],
  ].map((either) => either.filter((value) => value !== undefined).length);
  const problems: string[] = [];
  if (current === 2) problems.push('MASTER_KEY and MASTER_KEY_FILE are both given: leave one out');
  if (previous === 2) problems.push('MASTER_KEY_PREVIOUS and MASTER_KEY_PREVIOUS_FILE are both given: leave one out');
  if (previous && !current)
    problems.push('MASTER_KEY_PREVIOUS is given without the key that follows it: give MASTER_KEY or MASTER_KEY_FILE');
  if (READ_MODELS === 'mongodb' && !current)
    problems.push(
      'MASTER_KEY or MASTER_KEY_FILE must be given with READ_MODELS=mongodb: it wraps the keys there, and all processes need the same one',
    );
  return problems;
}

export class InvalidConfiguration extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidConfiguration';
  }
}
