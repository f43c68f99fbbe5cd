import { Injectable } from '@nestjs/common';
import { Lookups, type DeliveryIntent } from '@app/application';
import { Clock, TrustedClock, walkPages } from '@app/eventing';
import { DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { ProviderLists } from './provider-lists.js';
import { Settlement } from './settlement.js';

/** After this time only staff settles an uncertain delivery; the provider's list is asked no more. */
const ASK_FOR_MS = 24 * 60 * 60 * 1000;

/** Settles uncertain deliveries by the provider's list. What the list does not show is left to staff. */
@Injectable()
export class UncertainDeliveries {
  /** Queues whose deliveries are being looked for. */
  private readonly asking = new Map<string, Promise<void>>();

  constructor(
    private readonly deliveries: DeliveryQueries,
    private readonly lookups: Lookups,
    private readonly lists: ProviderLists,
    private readonly settlement: Settlement,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** Begins to look for them, queue by queue side by side: a slow provider delays its own account only. */
  async ask(now: number, signal: AbortSignal): Promise<void> {
    const since = iso(now - ASK_FOR_MS);
    const byQueue = new Map<string, DeliveryRow[]>();
    for await (const { documents } of walkPages((after) => this.deliveries.uncertainSince(since, after)))
      for (const row of documents) byQueue.set(row.queue, [...(byQueue.get(row.queue) ?? []), row]);
    for (const [queue, rows] of byQueue) {
      if (this.asking.has(queue)) continue;
      this.asking.set(
        queue,
        this.askFor(rows, signal).finally(() => this.asking.delete(queue)),
      );
    }
  }

  /** Resolves when no provider is asked any more. */
  async asked(): Promise<void> {
    await Promise.all(this.asking.values());
  }

  private async askFor(rows: readonly DeliveryRow[], signal: AbortSignal): Promise<void> {
    for (const row of rows) {
      if (signal.aborted) return;
      await this.settlement.settle(row, (uncertain) => this.decide(uncertain));
    }
  }

  private async decide(row: DeliveryRow): Promise<DeliveryIntent | null> {
    const { claimId, programId } = row;
    const delivery = await this.lookups.delivery(programId, row.id);
    if (claimId === null || delivery.status !== 'uncertain') return null;
    const outcome = await this.lists.find(row, delivery.request);
    if (!(await this.trustedClock.isTrusted())) return null;
    switch (outcome.kind) {
      case 'found':
        return { type: 'AcceptDelivery', data: { claimId, providerMessageId: outcome.providerMessageId } };
      case 'absent':
        return {
          type: 'ReleaseDelivery',
          data: { claimId, cause: 'not accepted', notBefore: iso(this.clock.now()) },
        };
      case 'unknown':
        return null;
    }
  }
}

const iso = (time: number): string => new Date(time).toISOString();
