import { Injectable } from '@nestjs/common';
import type { DeliveryIntent } from '@app/application';
import type { Page } from '@app/eventing';
import { Configuration } from '@app/platform';
import { DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { Settlement } from './settlement.js';

/** Drops deliveries that have expired, and makes abandoned claims uncertain. */
@Injectable()
export class OverdueDeliveries {
  constructor(
    private readonly deliveries: DeliveryQueries,
    private readonly settlement: Settlement,
    private readonly configuration: Configuration,
  ) {}

  async settle(now: number, signal: AbortSignal): Promise<void> {
    const at = new Date(now).toISOString();
    await this.each(
      signal,
      (after) => this.deliveries.expired(at, after),
      () => ({ type: 'ExpireDelivery', data: { at } }),
    );
    // A claim older than any call to a provider was left by a process that died.
    const abandonedAt = new Date(now - this.configuration.CLAIM_TIMEOUT_MS).toISOString();
    await this.each(
      signal,
      (after) => this.deliveries.claimedUpTo(abandonedAt, after),
      ({ claimId }) =>
        claimId === null ? null : { type: 'DoubtDelivery', data: { claimId, cause: 'no answer recorded' } },
    );
  }

  private async each(
    signal: AbortSignal,
    page: (after: string | undefined) => Promise<Page<DeliveryRow>>,
    decide: (row: DeliveryRow) => DeliveryIntent | null,
  ): Promise<void> {
    for (let after: string | undefined; !signal.aborted;) {
      const { documents, next } = await page(after);
      for (const row of documents) await this.settlement.settle(row, async () => decide(row));
      if (next === null) return;
      after = next;
    }
  }
}
