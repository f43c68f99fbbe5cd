import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApplicationModule } from '@app/application';
import { EnginesModule, openEngines } from '@app/composition';
import type { Engines, ModelDefinition, ReadModelStore, TopicMessage } from '@app/eventing';
import type { Message } from '@app/kernel';
import { loadConfiguration, PlatformModule } from '@app/platform';
import { PUBLISHER, topics } from '@app/public-events';
import { readModels } from '@app/read-models';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';
import { dropDatabase } from './raw-database.js';
import { deleteTopics, produce } from './raw-produces.js';
import { alternate, ratioOf } from './rounds.js';
import { count, type Row } from './row.js';
import { median, timed } from './statistics.js';
import { eventLogOf, storeConversations } from './stored-conversations.js';

export type ServersOptions = { readonly events: number; readonly rounds: number };

const EVENTS_EACH = 10;
const LONGEST_MS = 300_000;

const kafkaRow = {
  id: '11',
  what: 'publisher to Kafka / client alone in batches of 100',
  aim: { atLeast: 0.7 },
} as const;
const mongoRow = { id: '11', what: 'events/s of the projector, all read models, on MongoDB', aim: null } as const;

/** How fast the publisher is against Kafka's client alone. */
export async function publisherAgainstClient({ events, rounds }: ServersOptions, brokers?: string): Promise<Row> {
  if (brokers === undefined) return { ...kafkaRow, result: null, figures: 'KAFKA_BROKERS is not given' };
  const prefix = `bench-${randomUUID()}.`;
  const engines = await open({ TOPICS: 'kafka', KAFKA_BROKERS: brokers, KAFKA_PREFIX: prefix });
  try {
    const messages = await store(engines, events);
    await engines.topics.prepare(topics.map(({ topic }) => topic));
    const [topic] = topics;
    const [ours = [], client = []] = await alternate(rounds, [
      () => follow(engines, PublisherModule, [PUBLISHER]),
      async () => (await timed(() => produce(brokers, `${prefix}${topic?.topic}`, messages))).seconds,
    ]);
    const rate = (seconds: readonly number[]): string => `${count(messages.length / median(seconds))}/s`;
    return {
      ...kafkaRow,
      result: ratioOf(client, ours, (seconds) => seconds),
      figures: `${rate(ours)} / ${rate(client)}`,
    };
  } finally {
    await engines.close();
    await deleteTopics(brokers, prefix);
  }
}

/** How fast the projector writes all read models to MongoDB. */
export async function projectorOnMongo({ events, rounds }: ServersOptions, mongoUrl?: string): Promise<Row> {
  if (mongoUrl === undefined) return { ...mongoRow, result: null, figures: 'MONGODB_URL is not given' };
  const url = Object.assign(new URL(mongoUrl), { pathname: `bench_${randomUUID()}` }).href;
  const engines = await open({ READ_MODELS: 'mongodb', MONGODB_URL: url, MASTER_KEY: randomBytes(32).toString('hex') });
  try {
    await store(engines, events);
    const [seconds = []] = await alternate(rounds, [
      () =>
        follow(
          engines,
          ProjectorModule,
          readModels.map(({ name }) => name),
        ),
    ]);
    return { ...mongoRow, result: events / median(seconds), figures: `${count(events)} events` };
  } finally {
    await engines.close();
    await dropDatabase(url);
  }
}

async function open(environment: Readonly<Record<string, string>>): Promise<Engines> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const engines = await openEngines(loadConfiguration({ DATA_DIR: folder, ...environment }));
  const close = async (): Promise<void> => {
    await engines.close();
    await rm(folder, { recursive: true });
  };
  return { ...engines, close };
}

/** Stores conversations. @returns what is published of them */
async function store(engines: Engines, events: number): Promise<TopicMessage[]> {
  // The first start writes the identity of the event store, which comes before everything else.
  await (await contextOf(engines, ApplicationModule)).close();
  const eventLog = eventLogOf(engines);
  await storeConversations(eventLog, { conversations: events / EVENTS_EACH, events: EVENTS_EACH });
  const head = (await eventLog.head()) ?? '';
  const messages: TopicMessage[] = [];
  for (const { categories, toPublic, keyOf } of topics) {
    const { signal } = new AbortController();
    for await (const batch of eventLog.follow<Message>({ after: null, categories, signal })) {
      const values = batch.events.map((event) => toPublic(event)).filter((value) => value !== null);
      messages.push(...values.map((value) => ({ key: keyOf(value), value })));
      if (batch.position >= head) break;
    }
  }
  return messages;
}

type Imported = NonNullable<ModuleMetadata['imports']>[number];

/** Seconds that the module's followers take for all events, from the beginning. */
async function follow(engines: Engines, module: Imported, followers: readonly string[]): Promise<number> {
  const { checkpoints, eventStore, readModels: store } = engines;
  const head = (await eventStore.head()) ?? '';
  for (const name of followers) {
    const model = readModels.find((known) => known.name === name);
    if (model) await empty(store, model);
    else await checkpoints.set(name, await checkpoints.get(name), null);
  }
  const app = await contextOf(engines, module);
  // They start at the end of the creation of the context, which would be a large part of the time.
  const { seconds } = await timed(async () => {
    for (const name of followers)
      if (!(await checkpoints.waitFor(name, head, LONGEST_MS))) throw new Error(`${name} did not catch up in time`);
  });
  await app.close();
  return seconds;
}

/** Otherwise its documents would show the events already, and none would be written. */
async function empty(store: ReadModelStore, model: ModelDefinition): Promise<void> {
  await store.prepare(model);
  await store.beginRebuild(model);
  await store.swapRebuild(model, null);
}

const contextOf = (engines: Engines, module: Imported): Promise<INestApplicationContext> =>
  NestFactory.createApplicationContext(
    {
      module: class {},
      imports: [
        PlatformModule.with(loadConfiguration({}), 'a secret of the benchmark, for nobody else'),
        EnginesModule.with({ ...engines, close: async () => undefined }),
        module,
      ],
    },
    { logger: ['error'] },
  );
