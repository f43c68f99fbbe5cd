import { randomUUID } from 'node:crypto';
import { Module, ValidationPipe, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { projections } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore, type PostgresEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { AccessTokens } from '@app/platform';
import { sample } from '@app/sample-program';
import { serveMeasured, type Address } from '../measured-server.js';
import { handleConversation } from './conversation.js';
import { inboxProjection } from './inbox.projection.js';
import { EVENT_STORE, MessagesController } from './messages.controller.js';

export type PeerOptions = { readonly url: string; readonly conversations: number };

/** The fastest of 5, 10, 20 and 50 on two cores. */
const POOL = 20;
const AT_ONCE = 20;

const tokens = new AccessTokens('a secret of the benchmark, for nobody else');

@Module({})
class PeerModule {
  static with(eventStore: PostgresEventStore): DynamicModule {
    return {
      module: PeerModule,
      controllers: [MessagesController],
      providers: [
        { provide: AccessTokens, useValue: tokens },
        { provide: EVENT_STORE, useValue: eventStore },
      ],
    };
  }
}

let close = async (): Promise<void> => undefined;

/** The product's route on another stack, in a database of its own. */
async function start({ url, conversations }: PeerOptions): Promise<Address> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const server = new pg.Client({ connectionString: url });
  await server.connect();
  await server.query(`CREATE DATABASE ${name}`);
  const connectionString = Object.assign(new URL(url), { pathname: name }).href;
  const pool = new pg.Pool({ connectionString, max: POOL });
  const eventStore = getPostgreSQLEventStore(connectionString, {
    projections: projections.inline([inboxProjection]),
    connectionOptions: { pool },
  });
  await eventStore.schema.migrate();
  const ids = await seed(eventStore, conversations);
  const app = await NestFactory.create(PeerModule.with(eventStore), new ExpressAdapter(), { logger: ['error'] });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  close = async () => {
    await app.close();
    await eventStore.close();
    await pool.end();
    await server.query(`DROP DATABASE ${name}`);
    await server.end();
  };
  await app.listen(0, '127.0.0.1');
  return { port: app.getHttpServer().address().port, token: await tokens.sign(sample.agent), conversations: ids };
}

async function seed(eventStore: PostgresEventStore, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (let first = 0; first < count; first += AT_ONCE)
    await Promise.all(
      ids.slice(first, first + AT_ONCE).map((conversationId) =>
        handleConversation(eventStore, conversationId, {
          type: 'StartConversation',
          data: { conversationId, programId: sample.programId },
        }),
      ),
    );
  return ids;
}

serveMeasured<PeerOptions>({ start, close: () => close() });
