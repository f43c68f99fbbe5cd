import { Injectable } from '@nestjs/common';
import { Clock, EventLog, Progress, Scheduler, sideBySide, TrustedClock, Wakeup, type DueWork } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { HoldEvent } from '@app/domain/hold';
import type { ProgramEvent } from '@app/domain/program';
import { deliveriesProjection, type DeliveryRow } from '@app/read-models';
import type { BackgroundTask } from '../background-task.js';
import { DeliveryTasks } from './delivery-tasks.js';
import { FairQueues } from './fair-queues.js';
import { OPT_OUTS } from '../inbound/opt-outs.js';
import { Roads } from './roads.js';

const LONGEST_WAIT_MS = 5_000;
const CLOCK_WAIT_MS = 1_000;

/** Follows the events that make deliveries due, and starts a task for each ordering key with a due delivery. */
@Injectable()
export class Dispatcher implements BackgroundTask {
  private readonly wakeup = new Wakeup();
  private wasTrusted = true;
  readonly name = 'notifier dispatcher';
  readonly isLeaderOnly = false;

  constructor(
    private readonly eventLog: EventLog,
    private readonly progress: Progress,
    private readonly roads: Roads,
    private readonly queues: FairQueues,
    private readonly tasks: DeliveryTasks,
    private readonly scheduler: Scheduler,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** This process sends only what it owns, so that the texts of a conversation stay in order with several notifiers. */
  assign(owns: (conversationId: string) => boolean): void {
    this.tasks.assign(owns);
    this.queues.readAgain();
    this.wakeup.wake();
  }

  /** Sends due deliveries until the signal aborts. Rejects when it cannot find out what is due; then call it again. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      // Later events are followed; earlier ones are read from the read model once it shows them.
      const head = await this.eventLog.head();
      await sideBySide(signal, [
        (running) => this.follow(head, running),
        (running) => this.scheduler.run(this.dueSince(head), rethrow, running),
        (running) => this.startDue(head, running, signal),
      ]);
    } finally {
      // Running tasks outlast a failed run, and end before the process does.
      if (signal.aborted) await this.tasks.ended();
    }
  }

  /** Adds each delivery to its queue when it becomes due. The queues read those that were due before. */
  private dueSince(position: Position | null): DueWork<DeliveryRow> {
    return {
      model: deliveriesProjection,
      startedBy: ['DeliveryRequested', 'DeliveryPostponed', 'DeliveryReleased', 'DeliverySettled'],
      index: 'program',
      pending: { status: 'requested' },
      time: 'notBefore',
      since: { position, time: this.clock.now() },
      do: (row) => {
        this.queues.add(row);
        this.wakeup.wake();
        return Promise.resolve();
      },
    };
  }

  private async follow(after: Position | null, running: AbortSignal): Promise<void> {
    for await (const { all } of this.eventLog.follow<HoldEvent | ProgramEvent>({
      after,
      categories: ['hold', 'program'],
      signal: running,
    })) {
      // An event that cannot be opened may change a road too: reading the road again fails until it can be opened.
      for (const { stream } of all) this.roads.forget(stream.slice(stream.indexOf('-') + 1));
      this.wakeup.wake();
    }
  }

  /** @param signal ends the tasks, which outlast this run */
  private async startDue(head: Position | null, running: AbortSignal, signal: AbortSignal): Promise<void> {
    // Nothing is sent before the opt-outs that were accepted earlier are noted.
    if (head !== null) {
      await this.progress.untilReached(deliveriesProjection, head, running);
      await this.progress.untilReached(OPT_OUTS, head, running);
    }
    this.roads.clear();
    this.queues.readAgain();
    while (!running.aborted) {
      const { calls } = this.wakeup;
      const isTrusted = await this.isTrusted();
      if (isTrusted) {
        await this.queues.look();
        if (!signal.aborted)
          for (const work of this.queues.startable()) this.tasks.start(work, signal, () => this.wakeup.wake());
      }
      const ms = isTrusted ? Math.min(LONGEST_WAIT_MS, this.queues.pause) : CLOCK_WAIT_MS;
      await this.wakeup.wait({ since: calls, ms, signal: running });
    }
  }

  /** While the clock is wrong no task starts; when it is right again, everything due is read again. */
  private async isTrusted(): Promise<boolean> {
    const isTrusted = await this.trustedClock.isTrusted();
    if (isTrusted && !this.wasTrusted) this.queues.readAgain();
    this.wasTrusted = isTrusted;
    return isTrusted;
  }
}

const rethrow = (error: unknown): never => {
  throw error;
};
