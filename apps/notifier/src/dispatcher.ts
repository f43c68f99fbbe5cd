import { Injectable, Logger } from '@nestjs/common';
import { Checkpoints, Clock, EventLog, TrustedClock, Wakeup } from '@app/eventing';
import type { Position } from '@app/kernel';
import { laneOrder, type DeliveryEvent, type Lane } from '@app/domain/delivery';
import type { HoldEvent } from '@app/domain/hold';
import type { ProgramEvent } from '@app/domain/program';
import { Configuration, logFailure } from '@app/platform';
import { deliveriesProjection, DeliveryQueries } from '@app/read-models';
import { DueQueue } from './due-queue.js';
import { InOrder, type Rest } from './in-order.js';
import { OPT_OUTS } from './opt-outs.js';
import { Roads } from './roads.js';
import { Slots } from './slots.js';

type Work = { readonly queue: DueQueue; readonly lane: Lane; readonly orderingKey: string };

const LONGEST_WAIT_MS = 5_000;
const MODEL_WAIT_MS = 1_000;
const CLOCK_WAIT_MS = 1_000;
const FAILED_MS = 10_000;
const TAKEN_ELSEWHERE_MS = 1_000;
/** Everything is looked for anew, in case something was not heard of. */
const LOOK_AGAIN_MS = 5 * 60_000;

/**
 * Starts a task for each ordering key that has something due, as far as slots are free. Programs have their turn one after the
 * other, and within a program a person's texts come first. A task waits for nobody else's and gives its slot back after a piece of work.
 */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly wakeup = new Wakeup();
  private readonly slots: Slots;
  private readonly queues = new Map<string, DueQueue>();
  /** Ordering keys that a task works on, and whether more was heard of meanwhile. */
  private readonly working = new Map<string, boolean>();
  /** Ordering keys that are tried again at a time (ms, {@link ticks}). */
  private readonly later = new Map<string, Work & { readonly at: number }>();
  private readonly tasks = new Set<Promise<void>>();
  /** Programs of which one delivery tries whether a hold is over. */
  private readonly trying = new Set<string>();
  /** Programs that could not be read, and when (ms, {@link ticks}) they are read again. */
  private readonly unreadable = new Map<string, number>();
  private lookAgainAt = 0;
  private wasTrusted = true;
  private owns: (conversationId: string) => boolean = () => false;

  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly deliveries: DeliveryQueries,
    private readonly roads: Roads,
    private readonly inOrder: InOrder,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
    limits: Configuration,
  ) {
    const { EMAILS_AT_ONCE_PER_PROGRAM } = limits;
    this.slots = new Slots({
      sms: {
        all: limits.TEXTS_AT_ONCE,
        perProgram: limits.TEXTS_AT_ONCE_PER_PROGRAM,
        perAccount: limits.TEXTS_AT_ONCE_PER_ACCOUNT,
      },
      email: {
        all: limits.EMAILS_AT_ONCE,
        perProgram: EMAILS_AT_ONCE_PER_PROGRAM,
        perAccount: EMAILS_AT_ONCE_PER_PROGRAM,
      },
    });
  }

  /** Only what is owned is sent from here: the texts of a conversation go out in order while several processes send. */
  assign(owns: (conversationId: string) => boolean): void {
    this.owns = owns;
    this.lookAgainAt = 0;
    this.wakeup.wake();
  }

  /** Sends what is due, until the signal aborts. Rejects when it cannot find out what is due; then call it again. */
  async run(signal: AbortSignal): Promise<void> {
    const running = new AbortController();
    const stop = (): void => {
      running.abort();
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    let failure: { readonly error: unknown } | null = null;
    let hearing = Promise.resolve();
    try {
      // What happens from here on is heard of; what was there before is looked for when the read model shows it.
      const head = await this.eventLog.head();
      hearing = this.hear(head, running.signal).catch((error: unknown) => {
        failure = { error };
        this.wakeup.wake();
      });
      // An opt-out that was accepted before is noted before anything is sent.
      for (const follower of [deliveriesProjection.name, OPT_OUTS])
        if (head !== null) await this.reached(head, running.signal, follower);
      this.roads.clear();
      this.lookAgainAt = 0;
      while (!running.signal.aborted) {
        const { calls } = this.wakeup;
        const isTrusted = await this.isTrusted();
        if (isTrusted) await this.round(signal);
        if (failure) throw (failure as { readonly error: unknown }).error;
        const ms = isTrusted ? this.pause() : CLOCK_WAIT_MS;
        await this.wakeup.wait({ since: calls, ms, signal: running.signal });
      }
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await hearing;
      // What is under way goes on when this run fails, and ends before the process does.
      if (signal.aborted) await Promise.all(this.tasks);
    }
  }

  /** While the clock is wrong nothing is started; what is due is looked for anew when it is right. */
  private async isTrusted(): Promise<boolean> {
    const isTrusted = await this.trustedClock.isTrusted();
    if (isTrusted && !this.wasTrusted) this.lookAgainAt = 0;
    this.wasTrusted = isTrusted;
    return isTrusted;
  }

  private async hear(after: Position | null, signal: AbortSignal): Promise<void> {
    for await (const { events, all, position } of this.eventLog.follow<DeliveryEvent | HoldEvent | ProgramEvent>({
      after,
      categories: ['delivery', 'hold', 'program'],
      signal,
    })) {
      const written = new Set<string>();
      for (const event of events) {
        if (event.type === 'DeliveryRequested' || event.type === 'DeliveryReleased' || event.type === 'DeliverySettled')
          written.add(event.aggregateId);
      }
      // What cannot be opened may change a road too: then it is read again, and what needs it waits.
      for (const { stream } of all)
        if (!stream.startsWith('delivery-')) this.roads.forget(stream.slice(stream.indexOf('-') + 1));
      if (written.size > 0) {
        await this.reached(position, signal);
        for (const row of await this.deliveries.withIds([...written]))
          this.queue(row.queue).hear(row, this.clock.now());
      }
      this.wakeup.wake();
    }
  }

  /** Waits until the read model of deliveries, or another follower, has come so far. */
  private async reached(
    position: Position,
    signal: AbortSignal,
    follower: string = deliveriesProjection.name,
  ): Promise<void> {
    while (!signal.aborted && !(await this.checkpoints.waitFor(follower, position, MODEL_WAIT_MS)));
  }

  private async round(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    if (ticks() >= this.lookAgainAt) {
      this.lookAgainAt = ticks() + LOOK_AGAIN_MS;
      for (let id = await this.deliveries.nextQueue(''); id !== null; id = await this.deliveries.nextQueue(id))
        this.queue(id).lookFromTheBeginning();
    }
    for (const [orderingKey, { at, queue, lane }] of this.later) {
      if (at > ticks()) continue;
      this.later.delete(orderingKey);
      this.queue(queue.id).addReady(lane, orderingKey);
    }
    for (const queue of [...this.queues.values()]) {
      await this.knowRoad(queue);
      if (this.mayStart(queue, now)) await queue.look(now);
      if (queue.isIdle) this.queues.delete(queue.id);
    }
    while (!signal.aborted && this.startOneOfEach(now, signal));
  }

  /** A program that cannot be read holds up nobody else's. */
  private async knowRoad({ name: { programId } }: DueQueue): Promise<void> {
    if ((this.unreadable.get(programId) ?? 0) > ticks()) return;
    this.unreadable.delete(programId);
    try {
      await this.roads.know(programId);
    } catch (error) {
      logFailure(this.logger, error, programId);
      this.unreadable.set(programId, ticks() + FAILED_MS);
    }
  }

  private mayStart({ name }: DueQueue, now: number): boolean {
    const road = this.roads.of(name);
    if (!road || !this.slots.isFree({ ...name, account: road.account })) return false;
    return road.heldUntil === null || (road.heldUntil <= now && !this.trying.has(name.programId));
  }

  /** One task for each program and channel that has something to send, in turn. @returns whether any was started */
  private startOneOfEach(now: number, signal: AbortSignal): boolean {
    const turns = Map.groupBy(this.queues.values(), ({ name: { programId, channel } }) => `${programId} ${channel}`);
    let isAny = false;
    for (const queues of turns.values()) {
      const work = this.first(queues, now);
      if (!work) continue;
      isAny = true;
      // The program goes to the back, so that the next slot is another one's; so does the queue among its own.
      for (const queue of [...queues.filter((one) => one !== work.queue), work.queue]) {
        this.queues.delete(queue.id);
        this.queues.set(queue.id, queue);
      }
      this.start(work, signal);
    }
    return isAny;
  }

  private first(queues: readonly DueQueue[], now: number): Work | null {
    for (const lane of laneOrder) {
      for (const queue of queues) {
        const orderingKey = queue.hasReady(lane) && this.mayStart(queue, now) ? queue.takeReady(lane) : null;
        if (orderingKey !== null) return { queue, lane, orderingKey };
      }
    }
    return null;
  }

  private start(work: Work, signal: AbortSignal): void {
    const { queue, orderingKey } = work;
    const { programId } = queue.name;
    const { account = '', heldUntil = null } = this.roads.of(queue.name) ?? {};
    if (heldUntil !== null) this.trying.add(programId);
    const taker = { ...queue.name, account };
    this.slots.take(taker);
    this.working.set(orderingKey, false);
    const task = this.workOn(work, signal)
      .then(async (rest) => {
        this.slots.giveBack(taker);
        if (heldUntil !== null) this.trying.delete(programId);
        if (heldUntil !== null || rest?.kind === 'held') this.roads.forget(programId);
        this.wakeup.wake();
        if (rest) await this.goOn(work, rest, signal);
      })
      .finally(() => this.tasks.delete(task));
    this.tasks.add(task);
  }

  private async workOn({ queue, lane, orderingKey }: Work, signal: AbortSignal): Promise<Rest | null> {
    const conversationId = conversationOf(orderingKey);
    try {
      return await this.inOrder.work(queue.id, orderingKey, () => !signal.aborted && this.owns(conversationId), signal);
    } catch (error) {
      // What is behind it waits, and it is tried again.
      logFailure(this.logger, error, orderingKey);
      this.working.delete(orderingKey);
      this.later.set(orderingKey, { queue, lane, orderingKey, at: ticks() + FAILED_MS });
      return null;
    }
  }

  private async goOn(work: Work, rest: Rest, signal: AbortSignal): Promise<void> {
    const { queue, lane, orderingKey } = work;
    try {
      if (rest.kind === 'more' && rest.position !== null) await this.reached(rest.position, signal);
    } catch (error) {
      logFailure(this.logger, error, orderingKey);
    }
    const isMore = this.working.get(orderingKey) === true || rest.kind === 'more' || rest.kind === 'held';
    this.working.delete(orderingKey);
    if (rest.kind === 'taken') this.later.set(orderingKey, { ...work, at: ticks() + TAKEN_ELSEWHERE_MS });
    else if (rest.kind === 'elsewhere') this.queue(rest.row.queue).addReady(rest.row.lane, orderingKey);
    else if (isMore) this.queue(queue.id).addReady(lane, orderingKey);
    this.wakeup.wake();
  }

  private queue(id: string): DueQueue {
    const known = this.queues.get(id);
    if (known) return known;
    const isTaken = (orderingKey: string): boolean => {
      if (this.working.has(orderingKey)) this.working.set(orderingKey, true);
      return this.working.has(orderingKey) || this.later.has(orderingKey);
    };
    const queue = new DueQueue(id, this.clock.now(), this.deliveries, isTaken, (conversationId) =>
      this.owns(conversationId),
    );
    this.queues.set(id, queue);
    return queue;
  }

  /** How long nothing changes by itself, in ms. */
  private pause(): number {
    const [now, tick] = [this.clock.now(), ticks()];
    let pause = Math.min(
      LONGEST_WAIT_MS,
      this.lookAgainAt - tick,
      ...[...this.later.values()].map(({ at }) => at - tick),
    );
    for (const queue of this.queues.values()) {
      const heldUntil = this.roads.of(queue.name)?.heldUntil ?? 0;
      if (heldUntil > now) pause = Math.min(pause, heldUntil - now);
      else if (this.mayStart(queue, now)) pause = Math.min(pause, queue.nextLookAt - now);
    }
    return Math.max(0, pause);
  }
}

/** The time (ms) for pauses of this process: unlike the time of day, nobody sets it back. */
const ticks = (): number => performance.now();

/** It is the first part of the key. */
const conversationOf = (orderingKey: string): string => orderingKey.slice(0, orderingKey.indexOf(' '));
