import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePort, startEngine, type EngineProcess, type StartOptions } from './engine-process.js';
import { engineClassPath } from './java.js';

export type RunningMongo = EngineProcess & { readonly url: string; readonly port: number };

export type MongoOptions = StartOptions & {
  readonly port?: number;
  /** File for what it prints; one in the temporary folder when not given. */
  readonly log?: string;
};

/** Starts the stand-in of MongoDB and waits until it answers. It keeps everything in memory: what ends it, loses it. */
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
