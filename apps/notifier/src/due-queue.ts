import { laneOrder, type Lane } from '@app/domain/delivery';
import { type DeliveryQueries, type DeliveryRow, type DueRange, queueNamed, type QueueName } from '@app/read-models';

/** Ordering keys that are enough to be going on with, and most that are remembered. */
const ENOUGH = 100;
const MOST = 1_000;

/** What this process sends. */
type Tasks = {
  /** Whether this process sends the conversation's deliveries. */
  isOwned(conversationId: string): boolean;
  /** Something of this ordering key is due: `true` when a task sees to it, now or at its retry. */
  isTaken(orderingKey: string): boolean;
};

type LaneOfQueue = {
  readonly lane: Lane;
  /** Ordering keys with something due, the longest waiting first. */
  readonly ready: Set<string>;
  /** What is due up to this time was found. */
  seenUpTo: string;
  /** Of a look that has not come to its end. */
  unread: (DueRange & { readonly after: string }) | null;
  /** When there is something to look for, in ms. */
  lookAt: number;
  /** What was found is not all there is. */
  isIncomplete: boolean;
};

/**
 * What is due of one program, channel, number and country. Each row that comes due is read once: what was written since is
 * heard of by its events, and what waits for a later time is not read before it. What is not remembered is looked for again.
 */
export class DueQueue {
  readonly name: QueueName;
  private readonly lanes: readonly LaneOfQueue[];

  /** One of which nothing is due but what is heard of from `now` on, unless it is looked into from the beginning. */
  constructor(
    readonly id: string,
    now: number,
    private readonly deliveries: DeliveryQueries,
    private readonly tasks: Tasks,
  ) {
    this.name = queueNamed(id);
    this.lanes = laneOrder.map((lane) => ({
      lane,
      ready: new Set(),
      seenUpTo: new Date(now).toISOString(),
      unread: null,
      lookAt: Infinity,
      isIncomplete: false,
    }));
  }

  /** Nothing is due and nothing comes due, as far as is known. */
  get isIdle(): boolean {
    return this.nextLookAt === Infinity && this.lanes.every(({ ready }) => ready.size === 0);
  }

  /** When there is something to look for, in ms. */
  get nextLookAt(): number {
    return Math.min(...this.lanes.map(({ isIncomplete, lookAt }) => (isIncomplete ? 0 : lookAt)));
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

  /** Something was written, or may be due now. */
  hear({ lane, orderingKey, conversationId, notBefore, status }: DeliveryRow, now: number): void {
    const heard = this.of(lane);
    if (status !== 'requested' || !this.tasks.isOwned(conversationId)) return;
    if (Date.parse(notBefore) > now) heard.lookAt = Math.min(heard.lookAt, Date.parse(notBefore));
    else if (heard.ready.size >= MOST) heard.isIncomplete = true;
    else if (!this.tasks.isTaken(orderingKey)) heard.ready.add(orderingKey);
  }

  lookFromTheBeginning(): void {
    for (const lane of this.lanes) lane.isIncomplete = true;
  }

  /** Reads a page of what has come due, in each lane that has not enough. */
  async look(now: number): Promise<void> {
    for (const lane of this.lanes)
      if (lane.ready.size < ENOUGH && (lane.isIncomplete || lane.lookAt <= now)) await this.lookInto(lane, now);
  }

  private async lookInto(lane: LaneOfQueue, now: number): Promise<void> {
    if (lane.isIncomplete) Object.assign(lane, { isIncomplete: false, seenUpTo: '', unread: null, lookAt: 0 });
    const range = lane.unread ?? { above: lane.seenUpTo, upTo: new Date(now).toISOString() };
    const { documents, next } = await this.deliveries.due(this.id, lane.lane, range);
    for (const { orderingKey, conversationId } of documents)
      if (this.tasks.isOwned(conversationId) && !this.tasks.isTaken(orderingKey)) lane.ready.add(orderingKey);
    if (next !== null) {
      lane.unread = { ...range, after: next };
      return;
    }
    Object.assign(lane, { unread: null, seenUpTo: range.upTo, lookAt: Infinity });
    // What is heard of meanwhile may come due earlier.
    const dueAt = await this.deliveries.nextDueAt(this.id, lane.lane, range.upTo);
    lane.lookAt = Math.min(lane.lookAt, dueAt ?? Infinity);
  }

  private of(name: Lane): LaneOfQueue {
    const found = this.lanes.find(({ lane }) => lane === name);
    if (!found) throw new TypeError(`No such lane: ${name}`);
    return found;
  }
}
