import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openEventStoreDb } from '@app/composition';
import { freePort, probeMongo, startKafka, startMongo } from '@app/testing/servers';
import { programAt, type Server } from './product.js';
import { RestartableProcess } from './restartable-process.js';

export const MONGODB = 'mongodb';
export const EVENT_STORE = 'eventstoredb';

const LONGEST_START_MS = 60_000;

const nothing = async (): Promise<void> => undefined;

/** The server given in EVENTSTOREDB_URL, or the double. @throws when the server is not empty */
export async function recordServer(folder: string): Promise<Server> {
  const { EVENTSTOREDB_URL } = process.env;
  if (EVENTSTOREDB_URL === undefined) return startDouble(folder);
  // The keys of existing events are elsewhere.
  if ((await endOfRecord(EVENTSTOREDB_URL)) !== null)
    throw new Error('The server of EVENTSTOREDB_URL is not empty: use an empty one');
  return givenServer('EVENTSTOREDB', recordAt(EVENTSTOREDB_URL), () => endOfRecord(EVENTSTOREDB_URL));
}

const recordAt = (url: string) => ({ EVENT_STORE, EVENTSTOREDB_URL: url });

/** Waits for a server that is starting. */
async function endOfRecord(url: string): Promise<string | null> {
  const { eventStore, close } = await openEventStoreDb({ url });
  try {
    return await eventStore.head();
  } finally {
    await close();
  }
}

async function startDouble(folder: string): Promise<Server> {
  const data = join(folder, EVENT_STORE);
  mkdirSync(data, { recursive: true });
  const args = [programAt('libs/emulators/eventstoredb/main.js'), '--data', data, '--port', String(await freePort())];
  const double = new RestartableProcess(
    args,
    {},
    join(folder, 'eventstoredb.log'),
    (line) => (JSON.parse(line) as { url: string }).url,
  );
  return {
    environment: recordAt(await double.start()),
    kill: async (pause) => {
      await double.end('SIGKILL');
      await pause();
      await double.start();
    },
    stop: () => double.end('SIGTERM'),
  };
}

/**
 * The server of MONGODB_URL, with a separate database for the run, or the stand-in, which loses its data when killed
 * and so is frozen instead.
 */
export async function readModelServer(folder: string, run: string): Promise<Server> {
  const { MONGODB_URL } = process.env;
  const modelsAt = (url: string) => ({
    READ_MODELS: MONGODB,
    MONGODB_URL: url,
    MASTER_KEY: randomBytes(32).toString('base64'),
  });
  if (MONGODB_URL !== undefined) {
    const url = MONGODB_URL.replace(/(\/\/[^/]+\/)\w+/, `$1${run}`);
    return givenServer('MONGODB', modelsAt(url), () => probeMongo(url));
  }
  const { url, kill, stop } = await startMongo({ log: join(folder, 'mongo.log') });
  return {
    environment: modelsAt(url),
    kill: async (pause) => {
      kill('SIGSTOP');
      await pause();
      kill('SIGCONT');
    },
    stop,
  };
}

/** The brokers of KAFKA_BROKERS, which are not killed, or a Kafka that is started here. */
export async function topicServer(folder: string, run: string): Promise<Server> {
  const { KAFKA_BROKERS } = process.env;
  const topicsAt = (brokers: string) => ({ TOPICS: 'kafka', KAFKA_BROKERS: brokers, KAFKA_PREFIX: `${run}.` });
  if (KAFKA_BROKERS !== undefined) return { environment: topicsAt(KAFKA_BROKERS), kill: null, stop: nothing };
  let kafka = await startKafka({ folder: join(folder, 'kafka') });
  return {
    environment: topicsAt(kafka.brokers.join(',')),
    kill: async (pause) => {
      const { port, ended } = kafka;
      kafka.kill('SIGKILL');
      await ended;
      await pause();
      kafka = await startKafka({ folder: join(folder, 'kafka'), port });
    },
    stop: () => kafka.stop(),
  };
}

/**
 * A given server is not killed, unless `<name>_STOP` and `<name>_START` are given too: the commands that stop and start
 * it.
 */
function givenServer(
  name: 'EVENTSTOREDB' | 'MONGODB',
  environment: Server['environment'],
  probe: () => Promise<unknown>,
): Server {
  const { [`${name}_STOP`]: stop, [`${name}_START`]: start } = process.env;
  if (!stop || !start) return { environment, kill: null, stop: nothing };
  const kill: Server['kill'] = async (pause) => {
    await command(stop);
    await pause();
    await command(start);
    await untilItAnswers(probe);
  };
  return { environment, kill, stop: nothing };
}

async function untilItAnswers(probe: () => Promise<unknown>): Promise<unknown> {
  for (const giveUpAt = Date.now() + LONGEST_START_MS; ;)
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
}

/** Runs in a shell, while the load continues. @throws when it fails */
async function command(line: string): Promise<void> {
  const [code] = (await once(spawn(line, { shell: true, stdio: 'ignore' }), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`"${line}" ended with ${code}`);
}
