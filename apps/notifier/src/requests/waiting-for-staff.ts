import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleParked, systemContext } from '@app/application';
import { EventUnreadable, EventLog, Progress, sleep } from '@app/eventing';
import { logFailure } from '@app/platform';
import { membersProjection, ParkedQueries } from '@app/read-models';
import type { BackgroundTask } from '../background-task.js';
import { NOTIFIER } from './parking-key.js';
import { StaffNotKnownYet } from './recipients.js';

const LOOK_EVERY_MS = 2_000;

/**
 * Requests a replay of the messages that were parked because the read model of the staff was behind, once it has
 * caught up.
 */
@Injectable()
export class WaitingForStaff implements BackgroundTask {
  private readonly logger = new Logger(WaitingForStaff.name);
  readonly name = 'notifier waiting for staff';
  readonly isLeaderOnly = true;

  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly progress: Progress,
    private readonly parked: ParkedQueries,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round();
      await sleep(LOOK_EVERY_MS, signal);
    }
  }

  async round(): Promise<void> {
    const waiting = (await this.parked.all()).filter(
      ({ worker, cause }) => worker === NOTIFIER && cause === StaffNotKnownYet.name,
    );
    const head = waiting.length === 0 ? null : await this.eventLog.head();
    if (head === null || !(await this.progress.waitFor(membersProjection, head, 0))) return;
    for (const { id, programId, worker, key } of waiting)
      await this.commands
        .execute(
          new HandleParked(id, { type: 'RequestReplay', data: { worker, key } }, systemContext(programId, NOTIFIER)),
        )
        .catch((error: unknown) => {
          // A list that cannot be read does not delay the others.
          if (!(error instanceof EventUnreadable)) throw error;
          logFailure(this.logger, error, error.event.stream);
        });
  }
}
