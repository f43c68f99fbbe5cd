import { laneOrder, type Lane } from '@app/domain/delivery';
import { type DeliveryQueries, type DeliveryRow, queueNamed, type QueueName } from '@app/read-models';

/** No more ordering keys are read while so many are ready, and no more than so many are kept in memory. */
const ENOUGH_READY = 100;
const MOST_READY = 1_000;

/** What this process sends, and what it is sending. */
type Tasks = {
  /** Whether this process sends the conversation's deliveries. */
  isOwned(conversationId: string): boolean;
  /** Called with an ordering key that has a due delivery. @returns whether a task handles it, now or at its retry */
  isTaken(orderingKey: string): boolean;
};

type LaneOfQueue = {
  readonly lane: Lane;
  /** Ordering keys with a due delivery, the longest waiting first. */
  readonly ready: Set<string>;
  /** A read of everything due that has not reached its end; `after` is its cursor. `null`: all of it is known. */
  reading: { readonly upTo?: string; readonly after?: string } | null;
};

/**
 * Due deliveries of one program, channel, number and country. The scheduler adds each one when it becomes due. When more
 * are due than fit into memory, they are read later, page by page.
 */
export class DueQueue {
  readonly name: QueueName;
  private readonly lanes: readonly LaneOfQueue[];

  constructor(
    readonly id: string,
    private readonly deliveries: DeliveryQueries,
    private readonly tasks: Tasks,
  ) {
    this.name = queueNamed(id);
    this.lanes = laneOrder.map((lane) => ({ lane, ready: new Set(), reading: null }));
  }

  /** Nothing is known to be due. */
  get isIdle(): boolean {
    return this.lanes.every(({ ready, reading }) => ready.size === 0 && reading === null);
  }

  /** More deliveries are due, and there is room for them. */
  get hasMoreToRead(): boolean {
    return this.lanes.some(hasRoom);
  }

  hasReady(lane: Lane): boolean {
    return this.of(lane).ready.size > 0;
  }

  takeReady(lane: Lane): string | null {
    const [first] = this.of(lane).ready;
    if (first === undefined) return null;
    this.of(lane).ready.delete(first);
    return first;
  }

  addReady(lane: Lane, orderingKey: string): void {
    this.of(lane).ready.add(orderingKey);
  }

  /** Adds a delivery that is due. */
  add({ lane, orderingKey, conversationId }: DeliveryRow): void {
    const due = this.of(lane);
    if (!this.tasks.isOwned(conversationId)) return;
    if (due.ready.size >= MOST_READY) due.reading = {};
    else if (!this.tasks.isTaken(orderingKey)) due.ready.add(orderingKey);
  }

  readAgain(): void {
    for (const lane of this.lanes) lane.reading = {};
  }

  /** Reads a page of due deliveries for each lane with room. */
  async read(now: number): Promise<void> {
    for (const lane of this.lanes) if (hasRoom(lane)) await this.readLane(lane, now);
  }

  private async readLane(lane: LaneOfQueue, now: number): Promise<void> {
    const upTo = lane.reading?.upTo ?? new Date(now).toISOString();
    const page = (lane.reading = { ...lane.reading, upTo });
    const { documents, next } = await this.deliveries.due(this.id, lane.lane, page);
    for (const { orderingKey, conversationId } of documents)
      if (this.tasks.isOwned(conversationId) && !this.tasks.isTaken(orderingKey)) lane.ready.add(orderingKey);
    // It may have started again meanwhile.
    if (lane.reading === page) lane.reading = next === null ? null : { upTo, after: next };
  }

  private of(name: Lane): LaneOfQueue {
    const found = this.lanes.find(({ lane }) => lane === name);
    if (!found) throw new TypeError(`No such lane: ${name}`);
    return found;
  }
}

const hasRoom = ({ ready, reading }: LaneOfQueue): boolean => reading !== null && ready.size < ENOUGH_READY;
