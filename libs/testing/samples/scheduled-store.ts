import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scheduler } from 'fast-check';
import type { Position } from '@app/kernel';
import {
  EventStore,
  type AppendResult,
  type ExpectedRevision,
  type RecordedStoredEvent,
  type StoredEvent,
  type SubscriptionBatch,
  type SubscriptionOptions,
} from '@app/eventing';

class WrappedStore extends EventStore {
  constructor(protected readonly store: EventStore) {
    super();
  }

  append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult> {
    return this.store.append(stream, expected, events);
  }

  read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    return this.store.read(stream, from, limit);
  }

  subscribe(options: SubscriptionOptions): AsyncIterable<SubscriptionBatch> {
    return this.store.subscribe(options);
  }

  head(): Promise<Position | null> {
    return this.store.head();
  }
}

/** Notes each stream that is read, and counts the events. */
export class CountingStore extends WrappedStore {
  events = 0;

  constructor(
    store: EventStore,
    private readonly reads: string[],
  ) {
    super(store);
  }

  override async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    this.reads.push(stream);
    const events = await super.read(stream, from, limit);
    this.events += events.length;
    return events;
  }
}

/** A store whose reads and appends happen one at a time, in an order chosen by the scheduler, as between processes. */
export class ScheduledStore extends WrappedStore {
  private working = 0;

  constructor(
    store: EventStore,
    private readonly scheduler: Scheduler,
  ) {
    super(store);
  }

  override async append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly StoredEvent[],
  ): Promise<AppendResult> {
    return this.whenScheduled(`append ${stream}`, () => this.store.append(stream, expected, events));
  }

  override async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    return this.whenScheduled(`read ${stream}`, () => this.store.read(stream, from, limit));
  }

  /**
   * For the scheduler: it chooses the next step when this one has ended and every caller has asked for its next step.
   */
  readonly step = async (run: () => Promise<void>): Promise<void> => {
    await run();
    do {
      await nextTurn();
      await nextTurn();
    } while (this.working > 0);
  };

  private async whenScheduled<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
    await this.scheduler.schedule(Promise.resolve(), what);
    this.working += 1;
    try {
      return await work();
    } finally {
      this.working -= 1;
    }
  }
}
