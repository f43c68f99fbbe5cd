import { Injectable } from '@nestjs/common';
import { Checkpoints, Clock, EventLog, Scheduler, sideBySide, TrustedClock, Wakeup, type DueWork } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { HoldEvent } from '@app/domain/hold';
import type { ProgramEvent } from '@app/domain/program';
import { deliveriesProjection, type DeliveryRow } from '@app/read-models';
import type { BackgroundTask } from '../background-task.js';
import { DeliveryTasks } from './delivery-tasks.js';
import { FairQueues } from './fair-queues.js';
import { OPT_OUTS } from '../inbound/opt-outs.js';
import { Roads } from './roads.js';
import { untilReached } from './until-reached.js';

const LONGEST_WAIT_MS = 5_000;
const CLOCK_WAIT_MS = 1_000;

/** Starts a task for each ordering key that has something due, and hears of what becomes due by the events of the record. */
@Injectable()
export class Dispatcher implements BackgroundTask {
  private readonly wakeup = new Wakeup();
  private wasTrusted = true;
  readonly name = 'notifier dispatcher';
  readonly isLeaderOnly = false;

  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly roads: Roads,
    private readonly queues: FairQueues,
    private readonly tasks: DeliveryTasks,
    private readonly scheduler: Scheduler,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** Only what is owned is sent from here: the texts of a conversation go out in order while several processes send. */
  assign(owns: (conversationId: string) => boolean): void {
    this.tasks.assign(owns);
    this.queues.lookAgain();
    this.wakeup.wake();
  }

  /** Sends what is due, until the signal aborts. Rejects when it cannot find out what is due; then call it again. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      // What happens from here on is heard of; what was there before is looked for when the read model shows it.
      const head = await this.eventLog.head();
      await sideBySide(signal, [
        (running) => this.hear(head, running),
        (running) => this.scheduler.run(this.dueSince(head), neverFails, running),
        (running) => this.startDue(head, running, signal),
      ]);
    } finally {
      // What is under way goes on when this run fails, and ends before the process does.
      if (signal.aborted) await this.tasks.ended();
    }
  }

  /** Each delivery at its time. What was due before is found by a look into the queues. */
  private dueSince(position: Position | null): DueWork<DeliveryRow> {
    return {
      model: deliveriesProjection,
      startedBy: ['DeliveryRequested', 'DeliveryReleased', 'DeliverySettled'],
      index: 'program',
      pending: { status: 'requested' },
      time: 'notBefore',
      since: { position, time: this.clock.now() },
      do: (row) => {
        this.queues.hear(row);
        this.wakeup.wake();
        return Promise.resolve();
      },
    };
  }

  private async hear(after: Position | null, running: AbortSignal): Promise<void> {
    for await (const { all } of this.eventLog.follow<HoldEvent | ProgramEvent>({
      after,
      categories: ['hold', 'program'],
      signal: running,
    })) {
      // What cannot be opened may change a road too: then it is read again, and what needs it waits.
      for (const { stream } of all) this.roads.forget(stream.slice(stream.indexOf('-') + 1));
      this.wakeup.wake();
    }
  }

  /** The tasks end with the process, by `signal`, and not with this run. */
  private async startDue(head: Position | null, running: AbortSignal, signal: AbortSignal): Promise<void> {
    // An opt-out that was accepted before is noted before anything is sent.
    for (const follower of [deliveriesProjection.name, OPT_OUTS])
      if (head !== null) await untilReached(this.checkpoints, follower, head, running);
    this.roads.clear();
    this.queues.lookAgain();
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

  /** While the clock is wrong nothing is started; what is due is looked for anew when it is right. */
  private async isTrusted(): Promise<boolean> {
    const isTrusted = await this.trustedClock.isTrusted();
    if (isTrusted && !this.wasTrusted) this.queues.lookAgain();
    this.wasTrusted = isTrusted;
    return isTrusted;
  }
}

const neverFails = (error: unknown): never => {
  throw error;
};
