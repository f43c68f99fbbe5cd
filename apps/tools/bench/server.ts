import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { openEmbedded, openEngines } from '@app/composition';
import { ApplicationModule } from '@app/application';
import { Checkpoints, EventStore } from '@app/eventing';
import { AccessTokens, Configuration, generousQuotas, loadConfiguration } from '@app/platform';
import { createHttpApp } from '../../api/src/http/http-app.js';
import { loadSample, sample } from '@app/sample-program';
import { StandaloneModule } from '../../standalone/src/standalone.module.js';
import { answerParent } from './child.js';
import { EmptyController } from './empty.controller.js';
import { seedConversations } from './seed.js';

export type ServerQuestion =
  /** With a URL the events are in that EventStoreDB, and everything else is embedded. */
  | {
      readonly type: 'start';
      readonly conversations: number;
      readonly emails: boolean;
      readonly flushDelayMs: number;
      readonly recordUrl: string | null;
    }
  /** Resolves when no work is left. */
  | { readonly type: 'settle' }
  /** Ends the product; another start continues with its data. */
  | { readonly type: 'stop' };
export type ServerAnswer = { readonly port: number; readonly token: string; readonly conversations: readonly string[] };

const LOOK_MS = 50;
/** Share of a core that an idle server may use between two checks. */
const IDLE = 0.2;

let folder: string | undefined;
let seeded: readonly string[] | undefined;
let answer: ServerAnswer | undefined;
let app: INestApplication | undefined;

/** The product as `npm start` runs it, with all its followers, and the empty route. */
async function start({
  conversations,
  emails,
  flushDelayMs,
  recordUrl,
}: Extract<ServerQuestion, { type: 'start' }>): Promise<ServerAnswer> {
  folder ??= await mkdtemp(join(tmpdir(), 'bench-'));
  // Nothing listens there: no text is sent.
  const configuration = loadConfiguration({
    DATA_DIR: folder,
    TWILIO_API_URL: 'http://127.0.0.1:9',
    ...generousQuotas,
    ...(recordUrl !== null && { EVENT_STORE: 'eventstoredb', EVENTSTOREDB_URL: recordUrl }),
  });
  const engines = await (recordUrl === null ? openEmbedded(folder, { flushDelayMs }) : openEngines(configuration));
  const product = StandaloneModule.with(configuration, 'a secret of the benchmark, for nobody else', engines);
  app = await createHttpApp(
    { ...product, imports: [...(product.imports ?? []), ApplicationModule], controllers: [EmptyController] },
    configuration,
  );
  await app.init();
  seeded ??= await seed(app.get(CommandBus), conversations, emails);
  await app.listen(0, '127.0.0.1');
  const address = app.getHttpServer().address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return { port: address.port, token: await app.get(AccessTokens).sign(sample.agent), conversations: seeded };
}

async function seed(commands: CommandBus, conversations: number, emails: boolean): Promise<string[]> {
  await loadSample(commands, {
    accountSid: 'AC00000000000000000000000000005a3e',
    authToken: 'a token of the benchmark',
  });
  return seedConversations(commands, conversations, emails);
}

/** Followers have caught up when the process is idle and waits for nothing. */
async function settle(): Promise<void> {
  for (let idle = 0; idle < 2;) {
    const before = process.cpuUsage();
    await pause(LOOK_MS);
    const { user, system } = process.cpuUsage(before);
    const isIdle = user + system < IDLE * LOOK_MS * 1_000 && !(await isBehind());
    idle = isIdle ? idle + 1 : 0;
  }
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

async function stop(): Promise<void> {
  await app?.close();
  app = undefined;
}

answerParent(
  async (question: ServerQuestion): Promise<ServerAnswer> => {
    if (question.type === 'start') answer = await start(question);
    if (question.type === 'stop') await stop();
    else await settle();
    if (!answer) throw new Error('Start first');
    return answer;
  },
  async () => {
    await stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  },
);
