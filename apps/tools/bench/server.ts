import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { openEmbedded, openEngines } from '@app/composition';
import { ApplicationModule } from '@app/application';
import { Checkpoints, EventStore } from '@app/eventing';
import { AccessTokens, Configuration, generousQuotas, loadConfiguration, PublicAddress } from '@app/platform';
import { createHttpApp } from '../../api/src/http/http-app.js';
import { loadSample, sample } from '@app/sample-program';
import { FollowersThread } from '../../standalone/src/followers-thread.js';
import { StandaloneModule } from '../../standalone/src/standalone.module.js';
import { serveMeasured, type Address, type Stored } from './measured-server.js';
import { account } from './provider-account.js';
import { seedConversations, type Reached } from './seed.js';

export type ProductOptions = {
  readonly conversations: number;
  readonly reached: Reached;
  /** Kept when the server ends; by default a temporary one. */
  readonly folder?: string;
  readonly flushDelayMs?: number;
  /** The events are in this EventStoreDB, and everything else is embedded. */
  readonly recordUrl?: string;
  /** Where texts are sent. */
  readonly providerUrl?: string;
};

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
/** One account sends all texts here, and its limit would be the result. */
const TEXTS_AT_ONCE = '200';

let folder: string | undefined;
let temporary: string | undefined;
let seeded: readonly string[] | undefined;
let app: INestApplication | undefined;

/** The product as `npm start` runs it, with all its followers. */
async function start(options: ProductOptions): Promise<Address> {
  folder ??= options.folder ?? (temporary = await mkdtemp(join(tmpdir(), 'bench-')));
  const configuration = configurationOf(folder, options);
  const engines = await (options.recordUrl === undefined
    ? openEmbedded(folder, { flushDelayMs: options.flushDelayMs ?? 0 })
    : openEngines(configuration));
  const product = StandaloneModule.with(configuration, 'a secret of the benchmark, for nobody else', engines);
  app = await createHttpApp({ ...product, imports: [...(product.imports ?? []), ApplicationModule] }, configuration);
  await app.init();
  seeded ??= await seed(app, options);
  await app.listen(0, '127.0.0.1');
  const address = app.getHttpServer().address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  app.get(PublicAddress).listeningOn(`http://127.0.0.1:${address.port}`);
  await app.get<FollowersThread | null>(FollowersThread)?.started;
  return { port: address.port, token: await app.get(AccessTokens).sign(sample.agent), conversations: seeded };
}

const configurationOf = (folder: string, { recordUrl, providerUrl = NOWHERE }: ProductOptions): Configuration =>
  loadConfiguration({
    DATA_DIR: folder,
    TWILIO_API_URL: providerUrl,
    TEXTS_AT_ONCE,
    TEXTS_AT_ONCE_PER_PROGRAM: TEXTS_AT_ONCE,
    TEXTS_AT_ONCE_PER_ACCOUNT: TEXTS_AT_ONCE,
    ...generousQuotas,
    ...(recordUrl !== undefined && { EVENT_STORE: 'eventstoredb', EVENTSTOREDB_URL: recordUrl }),
  });

async function seed(of: INestApplication, { conversations, reached }: ProductOptions): Promise<string[]> {
  await loadSample(of.get(CommandBus), account);
  return seedConversations(of, conversations, reached);
}

/**
 * Whether a read model waits for the event store's server. An embedded event store reports no skipped positions, and is
 * never waited for.
 */
async function isBehind(): Promise<boolean> {
  if (!app || app.get(Configuration).EVENT_STORE === 'embedded') return false;
  const stored = await app.get(Checkpoints).all();
  const end = await app.get(EventStore).head();
  return stored.some((one) => one.of === 'model' && one.checkpoint < (end ?? ''));
}

async function stop(): Promise<Stored> {
  const isEmbedded = app?.get(Configuration).EVENT_STORE === 'embedded';
  const counted = isEmbedded ? await countEvents(app?.get(EventStore) as EventStore) : { events: 0, messages: 0 };
  await app?.close();
  app = undefined;
  return { ...counted, bytes: await sizeOf(folder as string) };
}

async function countEvents(eventStore: EventStore): Promise<Omit<Stored, 'bytes'>> {
  const end = (await eventStore.head()) ?? '';
  const count = { events: 0, messages: 0 };
  for await (const batch of eventStore.subscribe({ after: null, signal: new AbortController().signal })) {
    count.events += batch.events.length;
    count.messages += batch.events.filter(({ type }) => type.startsWith('MessageSent.')).length;
    if (batch.position >= end) break;
  }
  return count;
}

/** Size of the engines' files, whose logs are empty once they are closed. */
async function sizeOf(of: string): Promise<number> {
  const names = (await readdir(of)).filter((name) => name.endsWith('.db'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(of, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

serveMeasured<ProductOptions>({
  start,
  stop,
  isBehind,
  async close() {
    await app?.close();
    if (temporary !== undefined) await rm(temporary, { recursive: true });
  },
});
