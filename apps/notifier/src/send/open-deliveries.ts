import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { Progress } from '@app/eventing';
import type { Position, Recorded } from '@app/kernel';
import type { DeliveryEvent } from '@app/domain/delivery';
import { deliveriesProjection, DeliveryQueries, type DeliveryRow } from '@app/read-models';

/** No more are kept in memory, nor read at once. */
const MOST = 10_000;
const MOST_READ = 1_000;
/** While too many are open to be read, they are read again after this time. */
const READ_AGAIN_MS = 30_000;

/**
 * The open deliveries of this process's conversations, in memory: those that were open when it began, and those
 * requested since, as the events tell. So neither finding what is due nor its order waits for the read model. While
 * it does not know all of them, the read model is asked.
 */
@Injectable()
export class OpenDeliveries {
  /** By ordering key, in order. */
  private readonly rows = new Map<string, readonly DeliveryRow[]>();
  private count = 0;
  private owns: (conversationId: string) => boolean = () => false;
  /** Events up to here are known. */
  private followed: Position | null = null;
  /** What is missing is open in the read model at this position; `null` when nothing is missing. */
  private missing: { from?: Position | null; readAt: number } | null = { readAt: 0 };

  constructor(
    private readonly deliveries: DeliveryQueries,
    private readonly progress: Progress,
    private readonly lookups: Lookups,
  ) {}

  assign(owns: (conversationId: string) => boolean): void {
    this.owns = owns;
    this.forget();
  }

  /** Starts again from the events after this position. */
  begin(position: Position | null): void {
    this.followed = position;
    this.forget();
  }

  /** Call it with all events of deliveries in order. @returns a delivery that was requested and may be sent now */
  note(event: Recorded<DeliveryEvent>): DeliveryRow | null {
    // The delivery is open again, but this event does not name its ordering key.
    if (event.type === 'DeliverySettled') this.forget();
    if (event.type !== 'DeliveryRequested') return null;
    const row = deliveriesProjection.evolve(null, event, event.aggregateId);
    if (!row || !this.owns(row.conversationId)) return null;
    this.lookups.noteRequested(event);
    this.add(row);
    return this.missing ? null : row;
  }

  reached(position: Position): void {
    this.followed = position;
  }

  /** Reads what is missing, once the read model shows it. */
  async complete(): Promise<void> {
    const { missing } = this;
    if (!missing || missing.readAt > performance.now()) return;
    if (missing.from === undefined) missing.from = this.followed;
    if (missing.from !== null && !(await this.progress.waitFor(deliveriesProjection, missing.from, 0))) return;
    missing.readAt = performance.now() + READ_AGAIN_MS;
    const rows = await this.deliveries.allOpen(MOST_READ);
    if (rows === null || missing !== this.missing) return;
    for (const row of rows) if (this.owns(row.conversationId)) this.add(row);
    this.missing = null;
  }

  /** The open deliveries of an ordering key, in order, some of which may be finished; `null` when they are not known. */
  of(orderingKey: string): readonly DeliveryRow[] | null {
    return this.missing ? null : (this.rows.get(orderingKey) ?? []);
  }

  /** Whether it is known that a delivery is no longer open. */
  isFinished({ id, orderingKey }: DeliveryRow): boolean {
    return this.of(orderingKey)?.every((row) => row.id !== id) ?? false;
  }

  finish({ id, orderingKey }: DeliveryRow): void {
    const rows = this.rows.get(orderingKey) ?? [];
    const left = rows.filter((row) => row.id !== id);
    this.count += left.length - rows.length;
    if (left.length > 0) this.rows.set(orderingKey, left);
    else this.rows.delete(orderingKey);
  }

  private add(row: DeliveryRow): void {
    if (this.count >= MOST) this.forget();
    this.finish(row);
    const rows = [...(this.rows.get(row.orderingKey) ?? []), row];
    this.rows.set(
      row.orderingKey,
      rows.toSorted((a, b) => (a.order < b.order ? -1 : 1)),
    );
    this.count += 1;
  }

  private forget(): void {
    this.rows.clear();
    this.count = 0;
    this.missing = { readAt: 0 };
  }
}
