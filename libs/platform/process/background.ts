import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { keepRunning, Leadership, RecordCheck, UnusableData, type Work } from '@app/eventing';
import { logFailure } from '../http/problem.filter.js';
import { Readiness } from './readiness.js';

/** The order of stopping: `last` is for work that other work waits for. */
type Stops = 'first' | 'last';

/** Work that has run this long since its last failure counts as recovered. */
const WELL_AFTER_MS = 10_000;

/**
 * Work of this process that runs beside requests, is restarted when it fails, and is stopped before the engines are
 * closed. It starts only after the event store was checked, since all of it depends on that. Work that fails for a
 * reason only an operator can fix is retried, and meanwhile the process is not ready.
 */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Background.name);
  private readonly stopping = { first: new AbortController(), last: new AbortController() };
  private readonly running: Record<Stops, Promise<void>[]> = { first: [], last: [] };

  /** By the name of the work. */
  private readonly failures = new Map<string, UnusableData>();

  constructor(
    private readonly leadership: Leadership,
    private readonly recordCheck: RecordCheck,
    readiness: Readiness,
  ) {
    readiness.require(async () => this.whyNot());
  }

  /** Work that only one process at a time may do. */
  startAsLeader(name: string, work: Work, stops: Stops = 'first'): void {
    const checked: Work = async (signal) => {
      await this.recordCheck.passParts();
      if (!signal.aborted) await work(signal);
    };
    this.start(name, (signal) => this.leadership.lead(name, checked, signal), stops);
  }

  start(name: string, work: Work, stops: Stops = 'first'): void {
    const { signal } = this.stopping[stops];
    const checked = async (): Promise<void> => {
      await this.recordCheck.pass();
      if (!signal.aborted) await work(signal);
    };
    const watched = async (): Promise<void> => {
      const well = setTimeout(() => this.failures.delete(name), WELL_AFTER_MS);
      await checked().finally(() => clearTimeout(well));
    };
    this.running[stops].push(keepRunning(watched, signal, (error) => this.failed(name, error)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const stops of ['first', 'last'] as const) {
      this.stopping[stops].abort();
      await Promise.all(this.running[stops]);
    }
  }

  /** An error that repeats at each retry is logged once. */
  private failed(name: string, error: unknown): void {
    const before = this.failures.get(name);
    if (error instanceof UnusableData) this.failures.set(name, error);
    else this.failures.delete(name);
    if (!(error instanceof UnusableData && error.message === before?.message)) logFailure(this.logger, error, name);
  }

  private whyNot(): string | null {
    const names = Map.groupBy(this.failures.keys(), (name) => this.failures.get(name)?.message ?? '');
    return names.size === 0 ? null : [...names].map(([message, works]) => `${works.join(', ')}: ${message}`).join('. ');
  }
}
