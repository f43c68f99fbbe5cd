import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { keepRunning } from '@app/eventing';
import { logFailure } from './problem.filter.js';

/** Work of this process that runs beside requests, started again when it fails, and stopped before the engines are. */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Background.name);
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>[] = [];

  start(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.stopping;
    const onFailure = (error: unknown): void => logFailure(this.logger, error, name);
    this.running.push(keepRunning(() => work(signal), signal, onFailure));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }
}
