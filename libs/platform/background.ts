import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { keepRunning, Leadership, RecordCheck, type Work } from '@app/eventing';
import { logFailure } from './problem.filter.js';

/** When work is stopped: `last` is for what other work waits for, which would wait in vain. */
type Stops = 'first' | 'last';

/**
 * Work of this process that runs beside requests, started again when it fails, and stopped before the engines are. Nothing
 * begins before the record was checked, since all of it follows the record or acts on what followed it.
 */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Background.name);
  private readonly stopping = { first: new AbortController(), last: new AbortController() };
  private readonly running: Record<Stops, Promise<void>[]> = { first: [], last: [] };

  constructor(
    private readonly leadership: Leadership,
    private readonly recordCheck: RecordCheck,
  ) {}

  /** Work that only one process at a time may do; the others stand by. */
  startAsLeader(name: string, work: Work, stops: Stops = 'first'): void {
    this.start(name, (signal) => this.leadership.lead(name, work, signal), stops);
  }

  start(name: string, work: Work, stops: Stops = 'first'): void {
    const { signal } = this.stopping[stops];
    const onFailure = (error: unknown): void => logFailure(this.logger, error, name);
    const checked = async (): Promise<void> => {
      await this.recordCheck.pass();
      if (!signal.aborted) await work(signal);
    };
    this.running[stops].push(keepRunning(checked, signal, onFailure));
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const stops of ['first', 'last'] as const) {
      this.stopping[stops].abort();
      await Promise.all(this.running[stops]);
    }
  }
}
