import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { keepRunning, Leadership, type Work } from '@app/eventing';
import { logFailure } from './problem.filter.js';

/** Work of this process that runs beside requests, started again when it fails, and stopped before the engines are. */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Background.name);
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>[] = [];

  constructor(private readonly leadership: Leadership) {}

  /** Work that only one process at a time may do; the others stand by. */
  startAlone(name: string, work: Work): void {
    this.start(name, (signal) => this.leadership.lead(name, work, signal));
  }

  start(name: string, work: Work): void {
    const { signal } = this.stopping;
    const onFailure = (error: unknown): void => logFailure(this.logger, error, name);
    this.running.push(keepRunning(() => work(signal), signal, onFailure));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }
}
