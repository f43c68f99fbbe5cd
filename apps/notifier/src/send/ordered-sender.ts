import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { Clock } from '@app/eventing';
import type { Position } from '@app/kernel';
import { DeliveryQueries, queueNamed, type DeliveryRow } from '@app/read-models';
import { DeliverySender } from './delivery-sender.js';

/** What is left of an ordering key after a few of its deliveries. */
export type Rest =
  /** Nothing is due now. */
  | { readonly kind: 'nothing' }
  /** More is due; the read model shows from this position on what was done. */
  | { readonly kind: 'more'; readonly position: Position | null }
  /** The first delivery waits for a hold. */
  | { readonly kind: 'held' }
  /** Another process has claimed the first delivery. */
  | { readonly kind: 'taken' }
  /** The first delivery belongs to another queue. */
  | { readonly kind: 'elsewhere'; readonly row: DeliveryRow };

/** After so many deliveries of one ordering key, other keys have their turn. */
const MOST_AT_A_TIME = 10;

/**
 * Sends the due deliveries of one ordering key one after the other. A delivery that was released, or that another
 * process has claimed, blocks the later ones: this head-of-line blocking keeps the order.
 */
@Injectable()
export class OrderedSender {
  constructor(
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly sender: DeliverySender,
    private readonly clock: Clock,
  ) {}

  /** @param mayGoOn asked before each delivery */
  async send(queue: string, orderingKey: string, mayGoOn: () => boolean, signal: AbortSignal): Promise<Rest> {
    const rows = await this.deliveries.openOf(queueNamed(queue).programId, orderingKey, MOST_AT_A_TIME);
    let position: Position | null = null;
    for (const row of rows) {
      if (!mayGoOn()) return { kind: 'nothing' };
      if (row.queue !== queue) return { kind: 'elsewhere', row };
      const { written, blocked } = await this.sendOne(row, signal);
      position = written ?? position;
      if (blocked === 'more') return { kind: 'more', position };
      if (blocked !== null) return { kind: blocked };
    }
    return rows.length < MOST_AT_A_TIME ? { kind: 'nothing' } : { kind: 'more', position };
  }

  /** @returns what was written last, and `blocked` when the delivery is still open, so that no later one may be sent */
  private async sendOne(
    row: DeliveryRow,
    signal: AbortSignal,
  ): Promise<{ readonly written: Position | null; readonly blocked: Exclude<Rest['kind'], 'elsewhere'> | null }> {
    const isDue = row.status === 'requested' && Date.parse(row.notBefore) <= this.clock.now();
    const { position: written, isHeld } = isDue
      ? await this.sender.send(row, signal)
      : { position: null, isHeld: false };
    // After its own append, the memory of this process is current.
    const delivery = written
      ? await this.lookups.knownDelivery(row.programId, row.id)
      : await this.lookups.delivery(row.programId, row.id);
    if (delivery.status === 'claimed') return { written, blocked: 'taken' };
    if (delivery.status !== 'requested') return { written, blocked: null };
    if (isHeld) return { written, blocked: 'held' };
    const isLater = Date.parse(delivery.request.notBefore) > this.clock.now();
    return { written, blocked: isLater ? 'nothing' : 'more' };
  }
}
