import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { keepRunning, type Engines } from '@app/eventing';
import { logFailure, type Configuration, type PublicAddress, type Readiness } from '@app/platform';
import type { ThreadData, ToThread } from './thread-messages.js';

type Given = Required<Pick<Engines, 'serveThread'>> & {
  readonly configuration: Configuration;
  readonly publicAddress: PublicAddress;
};

/** Runs everything but the API in a second thread, and starts it again when it fails. */
export class FollowersThread implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(FollowersThread.name);
  private readonly stopping = new AbortController();
  private readonly starting = Promise.withResolvers<void>();
  private running: Promise<void> = Promise.resolve();
  /** The current thread, for tests that end it. */
  worker: Worker | null = null;
  private hasStarted = false;

  constructor(
    private readonly given: Given,
    readiness: Readiness,
  ) {
    readiness.require(() => this.whyNot());
  }

  /** Resolves when the first thread follows, or has failed. */
  get started(): Promise<void> {
    return this.starting.promise;
  }

  onApplicationBootstrap(): void {
    this.running = keepRunning(
      () => this.run(),
      this.stopping.signal,
      (error) => {
        this.starting.resolve();
        logFailure(this.logger, error, 'followers');
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.tell({ type: 'close' });
    await this.running;
  }

  /** @throws when the thread ends although nobody stops it */
  private async run(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    this.given.serveThread(port1);
    const worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: { configuration: { ...this.given.configuration }, engines: port2 } satisfies ThreadData,
      transferList: [port2],
    });
    this.worker = worker;
    worker.once('message', () => {
      this.hasStarted = true;
      this.starting.resolve();
    });
    const ended = once(worker, 'exit');
    void this.given.publicAddress.url.then((url) => this.tell({ type: 'listening', url }));
    try {
      await ended;
    } finally {
      this.worker = null;
      this.hasStarted = false;
      port1.close();
    }
    if (!this.stopping.signal.aborted) throw new Error('The thread has ended');
  }

  private tell(message: ToThread): void {
    this.worker?.postMessage(message, message.type === 'check' ? [message.answerTo] : []);
  }

  private async whyNot(): Promise<string | null> {
    if (!this.hasStarted) return 'The thread of the followers is not running';
    const { port1, port2 } = new MessageChannel();
    this.tell({ type: 'check', answerTo: port2 });
    try {
      const [reason] = (await Promise.race([once(port1, 'message'), once(port1, 'close')])) as [string | null];
      return reason === undefined ? 'The thread of the followers has ended' : reason;
    } finally {
      port1.close();
    }
  }
}
