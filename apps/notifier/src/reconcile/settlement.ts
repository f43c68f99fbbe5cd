import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { DeliveryIntent } from '@app/application';
import { EventUnreadable } from '@app/eventing';
import { logFailure } from '@app/platform';
import type { DeliveryRow } from '@app/read-models';
import { DeliveryWriter } from '../send/delivery-writer.js';

const RETRY_AFTER_MS = 10 * 60_000;

/** Settles deliveries one by one. A failure is logged and delays no other delivery. */
@Injectable()
export class Settlement {
  private readonly logger = new Logger(Settlement.name);
  /** Deliveries that could not be read a short while ago: they are not read, and logged, in every round. */
  private readonly unreadable = new LRUCache<string, true>({ max: 50_000, ttl: RETRY_AFTER_MS });

  constructor(private readonly writer: DeliveryWriter) {}

  /** @param decide what becomes of the delivery; `null` when it stays as it is */
  async settle(row: DeliveryRow, decide: (row: DeliveryRow) => Promise<DeliveryIntent | null>): Promise<void> {
    if (this.unreadable.has(row.id)) return;
    try {
      const intent = await decide(row);
      if (intent) await this.writer.write(row, intent);
    } catch (error) {
      if (error instanceof EventUnreadable) this.unreadable.set(row.id, true);
      logFailure(this.logger, error, row.id);
    }
  }
}
