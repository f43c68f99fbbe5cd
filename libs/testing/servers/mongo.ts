import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePort, startEngine, type EngineProcess, type StartOptions } from './engine-process.js';
import { engineClassPath } from './java.js';

export type RunningMongo = EngineProcess & { readonly url: string; readonly port: number };

export type MongoOptions = StartOptions & {
  readonly port?: number;
  /** File for its output; default: one in the temporary folder. */
  readonly log?: string;
};

/** Starts the stand-in for MongoDB and waits until it answers. Its data is in memory and lost when it ends. */
export async function startMongo({ port, log, ...options }: MongoOptions = {}): Promise<RunningMongo> {
  const classPath = engineClassPath();
  const taken = port ?? (await freePort());
  const url = `mongodb://127.0.0.1:${taken}/messages`;
  const engine = await startEngine(
    {
      name: 'mongo-java-server',
      file: 'java',
      args: (mode) => [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        classPath,
        'Main',
        mode,
        'mongo',
        String(taken),
      ],
      log: log ?? join(mkdtempSync(join(tmpdir(), 'mongo-')), 'mongo.log'),
      probe: () => probeMongo(url),
    },
    options,
  );
  return { ...engine, url, port: taken };
}

/** Resolves when the server answers. */
export async function probeMongo(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 500 });
  try {
    await client.db().command({ ping: 1 });
  } finally {
    await client.close();
  }
}
