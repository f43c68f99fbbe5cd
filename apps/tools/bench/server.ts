import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { openEmbedded } from '@app/composition';
import { ApplicationModule } from '@app/application';
import { AccessTokens, generousQuotas, loadConfiguration } from '@app/platform';
import { createHttpApp } from '../../api/src/http/http-app.js';
import { loadSample, sample } from '@app/sample-program';
import { StandaloneModule } from '../../standalone/src/standalone.module.js';
import { answerParent } from './child.js';
import { EmptyController } from './empty.controller.js';
import { seedConversations } from './seed.js';

export type ServerQuestion =
  | { readonly type: 'start'; readonly conversations: number; readonly emails: boolean; readonly flushDelayMs: number }
  /** Resolves when nothing is left to do. */
  | { readonly type: 'settle' };
export type ServerAnswer = { readonly port: number; readonly token: string; readonly conversations: readonly string[] };

const LOOK_MS = 50;
/** Share of a look's time that an idle server may still use of a core. */
const IDLE = 0.2;

let answer: ServerAnswer | undefined;
let stop = async (): Promise<void> => undefined;

/** The product as `npm start` runs it, with all its followers, and the empty route beside. */
async function start({
  conversations,
  emails,
  flushDelayMs,
}: Extract<ServerQuestion, { type: 'start' }>): Promise<ServerAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  // Nothing listens there: no text is sent.
  const configuration = loadConfiguration({
    DATA_DIR: folder,
    TWILIO_API_URL: 'http://127.0.0.1:9',
    ...generousQuotas,
  });
  const engines = await openEmbedded(folder, { flushDelayMs });
  const product = StandaloneModule.with(configuration, 'a secret of the benchmark, for nobody else', engines);
  const app = await createHttpApp(
    { ...product, imports: [...(product.imports ?? []), ApplicationModule], controllers: [EmptyController] },
    configuration,
  );
  stop = async () => {
    await app.close();
    await rm(folder, { recursive: true });
  };
  await app.init();
  const commands = app.get(CommandBus);
  await loadSample(commands, {
    accountSid: 'AC00000000000000000000000000005a3e',
    authToken: 'a token of the benchmark',
  });
  const seeded = await seedConversations(commands, conversations, emails);
  await app.listen(0, '127.0.0.1');
  const address = app.getHttpServer().address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return { port: address.port, token: await app.get(AccessTokens).sign(sample.agent), conversations: seeded };
}

/** Followers have caught up when the process has nothing to do. */
async function settle(): Promise<void> {
  for (let idle = 0; idle < 2;) {
    const before = process.cpuUsage();
    await pause(LOOK_MS);
    const { user, system } = process.cpuUsage(before);
    idle = user + system < IDLE * LOOK_MS * 1_000 ? idle + 1 : 0;
  }
}

answerParent(
  async (question: ServerQuestion): Promise<ServerAnswer> => {
    if (question.type === 'start') answer = await start(question);
    await settle();
    if (!answer) throw new Error('Start first');
    return answer;
  },
  () => stop(),
);
