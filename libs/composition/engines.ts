import { channel } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import {
  AccessRefused,
  CheckpointLeases,
  EngineUnavailable,
  MasterKey,
  Partitions,
  UnusableData,
  WRONG_LOGIN,
  type Engines,
  type MasterKeys,
} from '@app/eventing';
import { InvalidConfiguration, type Configuration } from '@app/platform';
import { openBeside, openEmbedded } from '@app/adapters/embedded';
import type { KafkaOptions } from '@app/adapters/kafka';
import { openEventStoreDb, openKafka, openMongo } from './servers.js';

/**
 * Diagnostics channel that publishes the opened engines before anything uses them. A subscriber may wrap their ports.
 */
export const ENGINES_OPENED = 'referral-messages:engines-opened';

type Closable = { close(): Promise<void> };

/**
 * Opens the configured engines independently of each other. Keys and leases are with the read models.
 * @throws InvalidConfiguration for a connection string or file that cannot be read
 * @throws FolderLocked when an embedded one is chosen and another process uses the folder
 * @throws UnusableData when another build wrote the data, the master key is wrong, or a server refuses required access
 */
export async function openEngines(configuration: Configuration): Promise<Engines> {
  const opened: Closable[] = [];
  const open: Open = async (opening) => {
    const engine = await opening;
    opened.push(engine);
    return engine;
  };
  // Consumers end before the engines that their handlers write to.
  const close = async (): Promise<void> => {
    for (const engine of opened.toReversed()) await engine.close();
  };
  try {
    const engines: Engines = { ...(await openChosen(configuration, open)), close };
    channel(ENGINES_OPENED).publish(engines);
    return engines;
  } catch (error) {
    await close();
    throw error;
  }
}

type Open = <Engine extends Closable>(opening: Engine | Promise<Engine>) => Promise<Engine>;
/** Runs when everything is open; names the variable of the engine that refuses access. */
type Check = (variableOf: (reason: string) => string, check: () => Promise<void>) => void;

// The configuration check has verified what a choice requires.
async function openChosen(chosen: Configuration, open: Open): Promise<Omit<Engines, 'close'>> {
  let folder: Engines | undefined;
  const partitions = new Partitions(chosen.PARTITIONS);
  // With the keys in MongoDB the folder holds none, and a rotation does not affect it.
  const masterKeys = chosen.READ_MODELS === 'embedded' ? masterKeysOf(chosen) : undefined;
  // A publisher with its checkpoint elsewhere would not publish again what a power cut has lost here.
  const flushTopics = chosen.READ_MODELS !== 'embedded';
  const embedded = async (): Promise<Engines> =>
    (folder ??= await open(openEmbedded(chosen.DATA_DIR, { masterKeys, flushTopics, partitions })));
  const checks: Parameters<Check>[] = [];
  const check: Check = (...work) => void checks.push(work);
  const { eventStore, clocks } =
    chosen.EVENT_STORE === 'embedded' ? await embedded() : await openRecord(chosen, open, check);
  const {
    readModels,
    checkpoints,
    snapshots,
    exportFiles,
    keyring,
    leadership,
    clocks: others,
  } = chosen.READ_MODELS === 'embedded' ? await embedded() : await openLeased(chosen, open, check);
  const { topics } = chosen.TOPICS === 'embedded' ? await embedded() : await openTopics(chosen, open, check);
  await allDone(checks.map((work) => allowed(...work)));
  const serveThread = allEmbedded(chosen) ? folder?.serveThread : undefined;
  return {
    eventStore,
    readModels,
    checkpoints,
    snapshots,
    exportFiles,
    keyring,
    leadership,
    partitions,
    topics,
    clocks: [...clocks, ...others],
    ...(serveThread && { serveThread }),
  };
}

const allEmbedded = ({ EVENT_STORE, READ_MODELS, TOPICS }: Configuration): boolean =>
  [EVENT_STORE, READ_MODELS, TOPICS].every((engine) => engine === 'embedded');

/** The embedded engines in a second thread, see {@link Engines.serveThread}. */
export async function openEnginesBeside(configuration: Configuration, port: MessagePort): Promise<Engines> {
  const engines = await openBeside(configuration.DATA_DIR, port, {
    masterKeys: masterKeysOf(configuration),
    partitions: new Partitions(configuration.PARTITIONS),
  });
  channel(ENGINES_OPENED).publish(engines);
  return engines;
}

async function openRecord({ EVENTSTOREDB_URL = '' }: Configuration, open: Open, check: Check) {
  const record = await open(named('EVENTSTOREDB_URL', () => openEventStoreDb({ url: EVENTSTOREDB_URL })));
  check(() => 'EVENTSTOREDB_URL', record.checkAccess);
  return record;
}

async function openLeased(chosen: Configuration, open: Open, check: Check) {
  const { MONGODB_URL = '', TAKE_OVER_AFTER_MS } = chosen;
  const partitions = new Partitions(chosen.PARTITIONS);
  const masterKeys = masterKeysOf(chosen);
  if (!masterKeys)
    throw new InvalidConfiguration(['MASTER_KEY or MASTER_KEY_FILE must be given with READ_MODELS=mongodb']);
  const mongo = await open(named('MONGODB_URL', () => openMongo({ url: MONGODB_URL, masterKeys, partitions })));
  check(
    () => 'MONGODB_URL',
    () => mongo.checkAccess(),
  );
  check(
    () => 'MONGODB_URL',
    () => mongo.keyring.check(),
  );
  return { ...mongo, leadership: new CheckpointLeases(mongo.checkpoints, TAKE_OVER_AFTER_MS) };
}

async function openTopics(chosen: Configuration, open: Open, check: Check) {
  const kafka = await open(named('KAFKA_…', () => openKafka(kafkaOptions(chosen))));
  check(
    (reason) => (reason === WRONG_LOGIN ? 'KAFKA_USERNAME, KAFKA_PASSWORD' : 'KAFKA_BROKERS, KAFKA_CA_FILE'),
    kafka.checkAccess,
  );
  return kafka;
}

/**
 * An unavailable server does not prevent the start; its later refusals are reported then. @throws UnusableData that
 * names the variable
 */
async function allowed(...[variableOf, check]: Parameters<Check>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (error instanceof AccessRefused) throw new UnusableData(`${variableOf(error.reason)}: ${error.reason}`);
    if (!(error instanceof EngineUnavailable)) throw error;
  }
}

/** Waits for all, so that the opened ones can be closed, and throws the first error. */
async function allDone(works: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) if (outcome.status === 'rejected') throw outcome.reason;
}

/** The configured master keys, if any. @throws InvalidConfiguration */
export function masterKeysOf({
  MASTER_KEY,
  MASTER_KEY_FILE,
  MASTER_KEY_PREVIOUS,
  MASTER_KEY_PREVIOUS_FILE,
}: Configuration): MasterKeys | undefined {
  const current = masterKey('MASTER_KEY', MASTER_KEY, MASTER_KEY_FILE);
  const previous = masterKey('MASTER_KEY_PREVIOUS', MASTER_KEY_PREVIOUS, MASTER_KEY_PREVIOUS_FILE);
  if (current === null) return undefined;
  return previous ? [current, previous] : [current];
}

function masterKey(variable: string, given: string | undefined, file: string | undefined): MasterKey | null {
  if (given !== undefined) return MasterKey.parse(given);
  if (file === undefined) return null;
  const key = MasterKey.parse(read(`${variable}_FILE`, file));
  if (!key)
    throw new InvalidConfiguration([
      `${variable}_FILE: ${file} is not a master key: it must hold 32 bytes as Base64 or hexadecimal digits`,
    ]);
  return key;
}

function read(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidConfiguration([
      `${variable} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}

/** No connection is made yet: a failure is caused by the setting. */
async function named<Engine>(variable: string, opening: () => Engine | Promise<Engine>): Promise<Engine> {
  try {
    return await opening();
  } catch (error) {
    throw new InvalidConfiguration([
      `${variable} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}

const kafkaOptions = ({
  KAFKA_BROKERS = '',
  KAFKA_TLS,
  KAFKA_CA_FILE,
  KAFKA_SASL_MECHANISM,
  KAFKA_USERNAME = '',
  KAFKA_PASSWORD = '',
  KAFKA_PREFIX,
}: Configuration): KafkaOptions => ({
  brokers: KAFKA_BROKERS.split(','),
  ...(KAFKA_TLS === 'true' && { tls: KAFKA_CA_FILE === undefined ? {} : { caFile: KAFKA_CA_FILE } }),
  ...(KAFKA_SASL_MECHANISM !== undefined && {
    sasl: { mechanism: KAFKA_SASL_MECHANISM, username: KAFKA_USERNAME, password: KAFKA_PASSWORD },
  }),
  ...(KAFKA_PREFIX !== undefined && { prefix: KAFKA_PREFIX }),
});
