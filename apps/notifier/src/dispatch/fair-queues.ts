import { Injectable } from '@nestjs/common';
import { Clock } from '@app/eventing';
import { laneOrder } from '@app/domain/delivery';
import { DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { DeliveryTasks, type Work } from './delivery-tasks.js';
import { DueQueue } from './due-queue.js';
import { Roads } from './roads.js';
import { Slots } from './slots.js';

/** Everything is looked for anew, in case something was not heard of. */
const LOOK_AGAIN_MS = 5 * 60_000;

/**
 * Chooses what is started next, as far as slots are free. Programs have their turn one after the other, and within a program
 * a person's texts come first.
 */
@Injectable()
export class FairQueues {
  /** In the order of their turns. */
  private readonly queues = new Map<string, DueQueue>();
  /** Monotonic, in ms. */
  private lookAgainAt = 0;

  constructor(
    private readonly deliveries: DeliveryQueries,
    private readonly roads: Roads,
    private readonly slots: Slots,
    private readonly tasks: DeliveryTasks,
    private readonly clock: Clock,
  ) {}

  /** Lets the next look begin from the beginning. */
  lookAgain(): void {
    this.lookAgainAt = 0;
  }

  /** This delivery is due. */
  hear(row: DeliveryRow): void {
    this.queue(row.queue).hear(row);
  }

  /** Finds what has come due or is to be tried again. */
  async look(): Promise<void> {
    const now = this.clock.now();
    if (performance.now() >= this.lookAgainAt) {
      this.lookAgainAt = performance.now() + LOOK_AGAIN_MS;
      for (let id = await this.deliveries.nextQueue(''); id !== null; id = await this.deliveries.nextQueue(id))
        this.queue(id).lookFromTheBeginning();
    }
    for (const { queue, lane, orderingKey } of this.tasks.takeRetries()) this.queue(queue).addReady(lane, orderingKey);
    for (const queue of [...this.queues.values()]) {
      await this.roads.know(queue.name.programId);
      if (this.mayStart(queue, now)) await queue.look(now);
      if (queue.isIdle) this.queues.delete(queue.id);
    }
  }

  /** What may be started now, each program and channel in turn. The caller starts each before it asks for the next one. */
  *startable(): Generator<Work> {
    const now = this.clock.now();
    for (let isAny = true; isAny;) {
      isAny = false;
      const turns = Map.groupBy(this.queues.values(), ({ name: { programId, channel } }) => `${programId} ${channel}`);
      for (const queues of turns.values()) {
        const work = this.first(queues, now);
        if (!work) continue;
        isAny = true;
        // The program goes to the back, so that the next slot is another one's; so does the queue among its own.
        for (const queue of queues) if (queue.id !== work.queue) this.toBack(queue);
        this.toBack(this.queue(work.queue));
        yield work;
      }
    }
  }

  /** How long nothing comes due, in ms, and no hold and no retry does. */
  get pause(): number {
    const [now, tick] = [this.clock.now(), performance.now()];
    let pause = Math.min(this.lookAgainAt, this.tasks.nextRetryAt) - tick;
    for (const queue of this.queues.values()) {
      const heldUntil = this.roads.of(queue.name)?.heldUntil ?? 0;
      if (heldUntil > now) pause = Math.min(pause, heldUntil - now);
      else if (queue.isIncomplete && this.mayStart(queue, now)) return 0;
    }
    return Math.max(0, pause);
  }

  private first(queues: readonly DueQueue[], now: number): Work | null {
    for (const lane of laneOrder) {
      for (const queue of queues) {
        const orderingKey = queue.hasReady(lane) && this.mayStart(queue, now) ? queue.takeReady(lane) : null;
        if (orderingKey !== null) return { queue: queue.id, lane, orderingKey };
      }
    }
    return null;
  }

  /** After a hold, one delivery of the program tries first. */
  private mayStart({ name }: DueQueue, now: number): boolean {
    const road = this.roads.of(name);
    if (!road || !this.slots.isFree({ ...name, account: road.account })) return false;
    return road.heldUntil === null || (road.heldUntil <= now && !this.tasks.isProbing(name.programId));
  }

  private toBack(queue: DueQueue): void {
    this.queues.delete(queue.id);
    this.queues.set(queue.id, queue);
  }

  private queue(id: string): DueQueue {
    const queue = this.queues.get(id) ?? new DueQueue(id, this.deliveries, this.tasks);
    this.queues.set(id, queue);
    return queue;
  }
}
