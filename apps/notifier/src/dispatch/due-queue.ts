import { laneOrder, type Lane } from '@app/domain/delivery';
import { type DeliveryQueries, type DeliveryRow, queueNamed, type QueueName } from '@app/read-models';

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
  /** A look for all that is due that has not come to its end; `after` is where it goes on. */
  look: { readonly upTo?: string; readonly after?: string } | null;
};

/**
 * What is due of one program, channel, number and country. It is told of each delivery once, when it is due. What it does not
 * remember it looks for, page by page.
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
    this.lanes = laneOrder.map((lane) => ({ lane, ready: new Set(), look: null }));
  }

  /** Nothing is due, as far as is known. */
  get isIdle(): boolean {
    return this.lanes.every(({ ready, look }) => ready.size === 0 && look === null);
  }

  /** There is more to look for, and room for it. */
  get isIncomplete(): boolean {
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

  /** This delivery is due. */
  hear({ lane, orderingKey, conversationId }: DeliveryRow): void {
    const heard = this.of(lane);
    if (!this.tasks.isOwned(conversationId)) return;
    if (heard.ready.size >= MOST) heard.look = {};
    else if (!this.tasks.isTaken(orderingKey)) heard.ready.add(orderingKey);
  }

  lookFromTheBeginning(): void {
    for (const lane of this.lanes) lane.look = {};
  }

  /** Reads a page of what is due, in each lane that has not enough. */
  async look(now: number): Promise<void> {
    for (const lane of this.lanes) if (hasRoom(lane)) await this.lookInto(lane, now);
  }

  private async lookInto(lane: LaneOfQueue, now: number): Promise<void> {
    const upTo = lane.look?.upTo ?? new Date(now).toISOString();
    const begun = (lane.look = { ...lane.look, upTo });
    const { documents, next } = await this.deliveries.due(this.id, lane.lane, begun);
    for (const { orderingKey, conversationId } of documents)
      if (this.tasks.isOwned(conversationId) && !this.tasks.isTaken(orderingKey)) lane.ready.add(orderingKey);
    // Unless it began again meanwhile.
    if (lane.look === begun) lane.look = next === null ? null : { upTo, after: next };
  }

  private of(name: Lane): LaneOfQueue {
    const found = this.lanes.find(({ lane }) => lane === name);
    if (!found) throw new TypeError(`No such lane: ${name}`);
    return found;
  }
}

const hasRoom = ({ ready, look }: LaneOfQueue): boolean => look !== null && ready.size < ENOUGH;
