import { parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { EnginesModule, openEnginesBeside } from '@app/composition';
import { jsonLogger, PlatformModule, PublicAddress, Readiness } from '@app/platform';
import { FollowersModule } from './followers.module.js';
import type { ThreadData, ToThread } from './thread-messages.js';

const { configuration, engines: port } = workerData as ThreadData;
const engines = await openEnginesBeside(configuration, port);
const app = await NestFactory.createApplicationContext(
  {
    module: FollowersModule,
    imports: [PlatformModule.with(configuration), EnginesModule.with(engines)],
  },
  { logger: jsonLogger(), abortOnError: false },
);

const whyNot = (): Promise<string | null> =>
  app
    .get(Readiness)
    .check()
    .then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'listening':
      app.get(PublicAddress).listeningOn(message.url);
      return;
    case 'check':
      void whyNot().then((reason) => message.answerTo.postMessage(reason));
      return;
    case 'close':
      void app.close().finally(() => process.exit());
  }
});
parentPort?.postMessage('started');
