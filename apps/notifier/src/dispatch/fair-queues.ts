import { Injectable } from '@nestjs/common';
import { Clock } from '@app/eventing';
import { laneOrder } from '@app/domain/delivery';
import { DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { DeliveryTasks, type Work } from './delivery-tasks.js';
import { DueQueue } from './due-queue.js';
import { Roads } from './roads.js';
import { Slots } from './slots.js';

/** Everything due is read again after this time, in case an event was missed. */
const READ_AGAIN_MS = 5 * 60_000;

/**
 * Chooses the next tasks while slots are free. Programs take turns, so that a large backlog of one does not delay the
 * others; within a program, texts that a person wrote go first.
 */
@Injectable()
export class FairQueues {
  /** In the order of their turns. */
  private readonly queues = new Map<string, DueQueue>();
  /** Monotonic, in ms. */
  private readAgainAt = 0;

  constructor(
    private readonly deliveries: DeliveryQueries,
    private readonly roads: Roads,
    private readonly slots: Slots,
    private readonly tasks: DeliveryTasks,
    private readonly clock: Clock,
  ) {}

  /** Lets the next look read everything due again. */
  readAgain(): void {
    this.readAgainAt = 0;
  }

  /** Adds a delivery that is due. */
  add(row: DeliveryRow): void {
    this.queue(row.queue).add(row);
  }

  /** Reads what has become due, and adds the retries. */
  async look(): Promise<void> {
    const now = this.clock.now();
    if (performance.now() >= this.readAgainAt) {
      this.readAgainAt = performance.now() + READ_AGAIN_MS;
      for (let id = await this.deliveries.nextQueue(''); id !== null; id = await this.deliveries.nextQueue(id))
        this.queue(id).readAgain();
    }
    for (const { queue, lane, orderingKey } of this.tasks.takeRetries()) this.queue(queue).addReady(lane, orderingKey);
    for (const queue of [...this.queues.values()]) {
      await this.roads.know(queue.name.programId);
      if (this.mayStart(queue, now)) await queue.read(now);
      if (queue.isIdle) this.queues.delete(queue.id);
    }
  }

  /**
   * The tasks that may start now, with each program and channel in turn. Start each one before you ask for the next.
   */
  *startable(): Generator<Work> {
    const now = this.clock.now();
    for (let isAny = true; isAny;) {
      isAny = false;
      const turns = Map.groupBy(this.queues.values(), ({ name: { programId, channel } }) => `${programId} ${channel}`);
      for (const queues of turns.values()) {
        const work = this.first(queues, now);
        if (!work) continue;
        isAny = true;
        // The program goes to the back of all queues, and this queue to the back of the program's.
        for (const queue of queues) if (queue.id !== work.queue) this.toBack(queue);
        this.toBack(this.queue(work.queue));
        yield work;
      }
    }
  }

  /** Time (ms) until the next look, retry or end of a hold. */
  get pause(): number {
    const [now, tick] = [this.clock.now(), performance.now()];
    let pause = Math.min(this.readAgainAt, this.tasks.nextRetryAt) - tick;
    for (const queue of this.queues.values()) {
      const heldUntil = this.roads.of(queue.name)?.heldUntil ?? 0;
      if (heldUntil > now) pause = Math.min(pause, heldUntil - now);
      else if (queue.hasMoreToRead && this.mayStart(queue, now)) return 0;
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

  /** When a hold is over, one delivery of the program probes it first. */
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
