import { Injectable, Logger } from '@nestjs/common';
import { Progress } from '@app/eventing';
import type { Lane } from '@app/domain/delivery';
import { logFailure } from '@app/platform';
import { deliveriesProjection, queueNamed } from '@app/read-models';
import { OrderedSender, type Rest } from '../send/ordered-sender.js';
import { Roads } from './roads.js';
import { Slots } from './slots.js';

/** An ordering key with a due delivery, and the queue and lane of that delivery. */
export type Work = { readonly queue: string; readonly lane: Lane; readonly orderingKey: string };
type Failed = { readonly kind: 'failed' };

const FAILED_MS = 10_000;
const TAKEN_ELSEWHERE_MS = 1_000;

/**
 * The running tasks, at most one for each ordering key, and the retries of ordering keys. A task gives its slot back
 * after a few deliveries, so that a long backlog of one key does not occupy it.
 */
@Injectable()
export class DeliveryTasks {
  private readonly logger = new Logger(DeliveryTasks.name);
  private readonly tasks = new Set<Promise<void>>();
  /** Ordering keys with a running task, and whether another delivery of the key became due meanwhile. */
  private readonly working = new Map<string, boolean>();
  /** By ordering key, with the time of the retry (ms, by the monotonic clock, which nobody sets back). */
  private readonly retries = new Map<string, Work & { readonly at: number }>();
  /** Programs of which one delivery probes whether a hold is over. */
  private readonly probing = new Set<string>();
  private owns: (conversationId: string) => boolean = () => false;

  constructor(
    private readonly sender: OrderedSender,
    private readonly roads: Roads,
    private readonly slots: Slots,
    private readonly progress: Progress,
  ) {}

  assign(owns: (conversationId: string) => boolean): void {
    this.owns = owns;
  }

  isOwned(conversationId: string): boolean {
    return this.owns(conversationId);
  }

  /** Called with an ordering key that has a due delivery. @returns whether a task handles it, now or at its retry */
  isTaken(orderingKey: string): boolean {
    if (this.working.has(orderingKey)) this.working.set(orderingKey, true);
    return this.working.has(orderingKey) || this.retries.has(orderingKey);
  }

  isProbing(programId: string): boolean {
    return this.probing.has(programId);
  }

  /** The time of the next retry (ms, monotonic). */
  get nextRetryAt(): number {
    return Math.min(Infinity, ...[...this.retries.values()].map(({ at }) => at));
  }

  /** Removes and returns the retries that are due. */
  takeRetries(): Work[] {
    const due = [...this.retries.values()].filter(({ at }) => at <= performance.now());
    for (const { orderingKey } of due) this.retries.delete(orderingKey);
    return due;
  }

  /** Starts a task; a slot must be free. `onChange` is called when further tasks may be able to start. */
  start(work: Work, signal: AbortSignal, onChange: () => void): void {
    this.working.set(work.orderingKey, false);
    const task = this.inSlot(work, signal)
      .then(async (rest) => {
        onChange();
        await this.goOn(work, rest, signal);
        onChange();
      })
      .finally(() => this.tasks.delete(task));
    this.tasks.add(task);
  }

  /** Resolves when no task is running. */
  async ended(): Promise<void> {
    await Promise.all(this.tasks);
  }

  /** Never rejects. */
  private async inSlot(work: Work, signal: AbortSignal): Promise<Rest | Failed> {
    const name = queueNamed(work.queue);
    const { account = '', heldUntil = null } = this.roads.of(name) ?? {};
    const taker = { ...name, account };
    if (heldUntil !== null) this.probing.add(name.programId);
    this.slots.take(taker);
    const rest = await this.send(work, signal);
    this.slots.giveBack(taker);
    if (heldUntil !== null) this.probing.delete(name.programId);
    if (heldUntil !== null || rest.kind === 'held') this.roads.forget(name.programId);
    return rest;
  }

  private async send({ queue, orderingKey }: Work, signal: AbortSignal): Promise<Rest | Failed> {
    const conversationId = conversationOf(orderingKey);
    try {
      return await this.sender.send(queue, orderingKey, () => !signal.aborted && this.owns(conversationId), signal);
    } catch (error) {
      logFailure(this.logger, error, orderingKey);
      return { kind: 'failed' };
    }
  }

  private async goOn(work: Work, rest: Rest | Failed, signal: AbortSignal): Promise<void> {
    try {
      // Otherwise the next task of the key would read rows from before these sends.
      if (rest.kind === 'more' && rest.position !== null)
        await this.progress.untilReached(deliveriesProjection, rest.position, signal, queueNamed(work.queue).programId);
    } catch (error) {
      logFailure(this.logger, error, work.orderingKey);
    }
    const becameDue = this.working.get(work.orderingKey) === true;
    this.working.delete(work.orderingKey);
    if (rest.kind === 'failed') this.retry(work, FAILED_MS);
    else if (rest.kind === 'taken') this.retry(work, TAKEN_ELSEWHERE_MS);
    else if (rest.kind === 'elsewhere')
      this.retry({ queue: rest.row.queue, lane: rest.row.lane, orderingKey: work.orderingKey }, 0);
    else if (becameDue || rest.kind === 'more' || rest.kind === 'held') this.retry(work, 0);
  }

  private retry(work: Work, inMs: number): void {
    this.retries.set(work.orderingKey, { ...work, at: performance.now() + inMs });
  }
}

/** The first part of the key. */
const conversationOf = (orderingKey: string): string => orderingKey.slice(0, orderingKey.indexOf(' '));
