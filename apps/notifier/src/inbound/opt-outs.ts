import { Injectable, Logger } from '@nestjs/common';
import { InboundRouter } from '@app/application';
import {
  Checkpoints,
  EventLog,
  inOrderPerKey,
  isOpened,
  runFollower,
  TemporaryFailure,
  type Followable,
  type Follower,
} from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type { InboundEvent, InboundReceived } from '@app/domain/inbound';
import { logFailure } from '@app/platform';
import type { BackgroundTask } from '../background-task.js';

/** The follower and its checkpoint. */
export const OPT_OUTS = { name: 'notifier opt-outs', isDivided: false };

/**
 * Notes each accepted opt-out again, since the process that accepted it may have been killed before it noted it. It
 * does nothing else, so it is not delayed as automation may be.
 */
@Injectable()
export class OptOuts implements Follower, BackgroundTask {
  private readonly logger = new Logger(OptOuts.name);
  readonly name = OPT_OUTS.name;
  readonly isLeaderOnly = true;
  readonly categories = ['inbound'];

  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly router: InboundRouter,
  ) {}

  run(signal: AbortSignal): Promise<void> {
    return runFollower({ eventLog: this.eventLog, checkpoints: this.checkpoints }, this, signal);
  }

  async handle(events: readonly Followable[]): Promise<void> {
    const received = (events.filter(isOpened) as Recorded<InboundEvent>[]).filter(
      (event): event is Recorded<InboundReceived> => event.type === 'InboundReceived',
    );
    await inOrderPerKey(
      received,
      ({ data }) => [data.addressId],
      (event) => this.note(event),
    );
  }

  /** A failure does not stop the follower; automation parks the event. */
  private async note(event: Recorded<InboundReceived>): Promise<void> {
    try {
      await this.router.noteOptOut(event);
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      logFailure(this.logger, error, event.stream);
    }
  }
}
