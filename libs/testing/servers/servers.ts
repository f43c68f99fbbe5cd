import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { probeKafka, startKafka } from './kafka.js';
import { probeMongo, startMongo } from './mongo.js';

/** The whole product needs all of them. It comes first, because it needs an empty event store. */
export const engines = ['product', 'eventstoredb', 'mongo', 'kafka'] as const;
export type EngineName = (typeof engines)[number];

/** A server for the suites of one engine. */
export type Server = {
  /** The variables with which the suites find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Product and version, if known. */
  readonly name: string;
  /** Without user and password. */
  readonly address: string;
  stop(): Promise<void>;
};

const DOUBLE = join(import.meta.dirname, '../../emulators/eventstoredb/main.js');
const nothing = async (): Promise<void> => undefined;

/**
 * The server given in the environment, or one that is started here. @throws when there is neither, or it does not
 * answer
 */
export const serverFor: Readonly<Record<EngineName, () => Promise<Server>>> = {
  eventstoredb: async () => {
    const url = process.env['EVENTSTOREDB_URL'];
    if (url)
      return {
        environment: { EVENTSTOREDB_URL: url },
        name: `EventStoreDB ${await eventStoreDbVersion(url)}`,
        address: withoutUser(url),
        stop: nothing,
      };
    if (!existsSync(DOUBLE)) throw new Error('EVENTSTOREDB_URL names no server, and there is no double');
    // Its suites start it and kill it themselves.
    return { environment: {}, name: 'the double, not EventStoreDB', address: 'started by the suites', stop: nothing };
  },

  mongo: async () => {
    const given = process.env['MONGODB_URL'];
    if (given) await probeMongo(given);
    const started = given ? undefined : await startMongo();
    const url = given ?? started?.url ?? '';
    return {
      environment: { MONGODB_URL: url },
      name: started
        ? `mongo-java-server, reports MongoDB ${await mongoVersion(url)}`
        : `MongoDB ${await mongoVersion(url)}`,
      address: withoutUser(url),
      stop: async () => started?.stop(),
    };
  },

  kafka: async () => {
    const given = process.env['KAFKA_BROKERS'];
    if (given) {
      await probeKafka(given.split(','));
      return {
        environment: { KAFKA_BROKERS: given },
        name: 'Kafka, version unknown to clients',
        address: given,
        stop: nothing,
      };
    }
    const folder = mkdtempSync(join(tmpdir(), 'kafka-'));
    const started = await startKafka({ folder });
    const version = /Kafka version: (\S+)/.exec(readFileSync(join(folder, 'kafka.log'), 'utf8'))?.[1];
    return {
      environment: { KAFKA_BROKERS: started.brokers.join() },
      name: `Apache Kafka ${version}`,
      address: started.brokers.join(),
      stop: async () => {
        await started.stop();
        rmSync(folder, { recursive: true });
      },
    };
  },

  product: async () => {
    const given = ['EVENTSTOREDB_URL', 'MONGODB_URL', 'KAFKA_BROKERS'].flatMap((name) => process.env[name] ?? []);
    return {
      environment: {},
      name:
        given.length === 3
          ? 'the servers given'
          : `Kafka, the stand-in and the double${given.length > 0 ? ', except given ones' : ''}`,
      address: given.map(withoutUser).join(' ') || 'started by the suite',
      stop: nothing,
    };
  },
};

async function mongoVersion(url: string): Promise<string> {
  const client = new MongoClient(url);
  try {
    const { version } = await client.db().command({ buildInfo: 1 });
    return String(version);
  } finally {
    await client.close();
  }
}

/** Asked by the client, which has the authority and the login. */
export async function eventStoreDbVersion(url: string): Promise<string> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    // The client asks this for itself before anything that depends on the version.
    const { capabilities } = client as unknown as {
      readonly capabilities: Promise<{ readonly serverVersion: string }>;
    };
    const { serverVersion } = await Promise.race([
      capabilities,
      delay(3_000, { serverVersion: 'unknown' }, { ref: false }),
    ]);
    return serverVersion === 'unknown' ? 'of unknown version' : serverVersion;
  } catch {
    return 'of unknown version';
  } finally {
    await client.dispose();
  }
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
