import { Injectable } from '@nestjs/common';
import { Clock, sleep, TrustedClock } from '@app/eventing';
import { Configuration } from '@app/platform';
import type { BackgroundTask } from '../background-task.js';
import { DeliveriesModel } from './deliveries-model.js';
import { OverdueDeliveries } from './overdue-deliveries.js';
import { UncertainDeliveries } from './uncertain-deliveries.js';

/** Regularly settles deliveries that no dispatcher settles: expired, abandoned and uncertain ones. */
@Injectable()
export class Reconciler implements BackgroundTask {
  readonly name = 'notifier reconciler';
  readonly isLeaderOnly = true;

  constructor(
    private readonly model: DeliveriesModel,
    private readonly overdue: OverdueDeliveries,
    private readonly uncertain: UncertainDeliveries,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.round(signal);
        await sleep(this.configuration.RECONCILE_EVERY_MS, signal);
      }
    } finally {
      await this.uncertain.asked();
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
    // The age of a claim decides whether it is given up, and its delivery perhaps sent again.
    if (!(await this.model.isCurrent(null)) || !(await this.trustedClock.isTrusted())) return;
    const now = this.clock.now();
    await this.overdue.settle(now, signal);
    await this.uncertain.ask(now, signal);
  }
}
