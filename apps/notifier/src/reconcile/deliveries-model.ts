import { Injectable } from '@nestjs/common';
import { EventLog, Progress } from '@app/eventing';
import { deliveriesProjection } from '@app/read-models';

const LONGEST_WAIT_MS = 5_000;

/** How current the read model of deliveries is. */
@Injectable()
export class DeliveriesModel {
  constructor(
    private readonly eventLog: EventLog,
    private readonly progress: Progress,
  ) {}

  /** Waits a while until it shows every event there is now, of one program or of all. @returns whether it does */
  async isCurrent(programId: string | null): Promise<boolean> {
    const head = await this.eventLog.head();
    return head !== null && this.progress.waitFor(deliveriesProjection, head, LONGEST_WAIT_MS, programId);
  }
}
