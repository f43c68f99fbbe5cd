import { Injectable } from '@nestjs/common';
import { Checkpoints, EventLog } from '@app/eventing';
import { deliveriesProjection } from '@app/read-models';

const LONGEST_WAIT_MS = 5_000;

/** How current the read model of deliveries is. */
@Injectable()
export class DeliveriesModel {
  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** Waits a while until the read model shows every event there is now. @returns whether it does */
  async isCurrent(): Promise<boolean> {
    const head = await this.eventLog.head();
    return head !== null && this.checkpoints.waitFor(deliveriesProjection.name, head, LONGEST_WAIT_MS);
  }
}
