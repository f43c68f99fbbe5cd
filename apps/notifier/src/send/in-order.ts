import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { Clock } from '@app/eventing';
import type { Position } from '@app/kernel';
import { DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { DeliverySender } from './delivery-sender.js';

/** What is left of an ordering key after a piece of work. */
export type Rest =
  /** Nothing that is due: what comes due later is found then. */
  | { readonly kind: 'nothing' }
  /** More is due; the read model shows what was done from this position on. */
  | { readonly kind: 'more'; readonly position: Position | null }
  /** What it needs is held. */
  | { readonly kind: 'held' }
  /** Another worker has the first one. */
  | { readonly kind: 'taken' }
  /** The first one belongs to another queue. */
  | { readonly kind: 'elsewhere'; readonly row: DeliveryRow };

/** Deliveries of one ordering key in one go; then others have their turn. */
const PIECE = 10;

/** Sends what is due of one ordering key, one after the other: what was given back, or is under way elsewhere, goes out before what was written after it. */
@Injectable()
export class InOrder {
  constructor(
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly sender: DeliverySender,
    private readonly clock: Clock,
  ) {}

  async work(queue: string, orderingKey: string, mayGoOn: () => boolean, signal: AbortSignal): Promise<Rest> {
    const rows = await this.deliveries.openOf(orderingKey, PIECE);
    let position: Position | null = null;
    for (const row of rows) {
      if (!mayGoOn()) return { kind: 'nothing' };
      if (row.queue !== queue) return { kind: 'elsewhere', row };
      const isDue = row.status === 'requested' && Date.parse(row.notBefore) <= this.clock.now();
      const sent = isDue ? await this.sender.send(row, signal) : null;
      position = sent?.position ?? position;
      // After its own append, what this process remembers is current.
      const delivery = sent?.position
        ? await this.lookups.knownDelivery(row.programId, row.id)
        : await this.lookups.delivery(row.programId, row.id);
      if (delivery.status === 'claimed') return { kind: 'taken' };
      if (delivery.status !== 'requested') continue;
      if (sent?.isHeld) return { kind: 'held' };
      return Date.parse(delivery.request.notBefore) > this.clock.now()
        ? { kind: 'nothing' }
        : { kind: 'more', position };
    }
    return rows.length < PIECE ? { kind: 'nothing' } : { kind: 'more', position };
  }
}
