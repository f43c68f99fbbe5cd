import { Injectable, Logger } from '@nestjs/common';
import { Lookups } from '@app/application';
import { Checkpoints, Clock, Journal, sleep } from '@app/eventing';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { HoldEvent } from '@app/domain/hold';
import type { ProgramEvent } from '@app/domain/program';
import { logFailure } from '@app/platform';
import { deliveriesProjection, DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { DeliverySender } from './delivery-sender.js';

/** Longest wait in ms for the read model, and between two looks at what is due. */
const LONGEST_WAIT_MS = 5_000;
const POSTPONED_MS = 10_000;
const CLAIMED_ELSEWHERE_MS = 1_000;

/** Takes deliveries that are due and lets them be sent, those of one ordering key in order. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);
  /** Ordering keys that wait, and until when (ms since 1970): only a hint not to look at them again before. */
  private readonly postponed = new Map<string, number>();
  private readonly woken = new Wakeup();
  private owns: (conversationId: string) => boolean = () => false;

  constructor(
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly sender: DeliverySender,
    private readonly clock: Clock,
  ) {}

  /** Only what is owned is sent from here: the texts of a conversation go out in order while several processes send. */
  assign(owns: (conversationId: string) => boolean): void {
    this.owns = owns;
    this.woken.wake();
  }

  /** Sends what is due, then waits for the next event or due time, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const following = new AbortController();
    const stop = (): void => following.abort();
    signal.addEventListener('abort', stop);
    const follow = this.wakeOnEvents(following.signal);
    // It may fail before anybody waits for it.
    follow.catch(() => undefined);
    try {
      while (!signal.aborted) {
        const next = this.woken.next();
        const pause = await this.sendWhatIsDue(signal);
        if (signal.aborted) break;
        // A failing subscription ends the run; it is started again from outside.
        await Promise.race([next, sleep(pause, signal), follow]);
      }
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await follow.catch(() => undefined);
    }
  }

  private async wakeOnEvents(signal: AbortSignal): Promise<void> {
    for await (const { events, position } of this.journal.follow<DeliveryEvent | HoldEvent | ProgramEvent>({ after: await this.journal.head(), categories: ['delivery', 'hold', 'program'], signal })) {
      if (events.some(({ type }) => type === 'SendingResumed' || type === 'SenderCredentialsChanged')) this.postponed.clear();
      await this.checkpoints.waitFor(deliveriesProjection.name, position, LONGEST_WAIT_MS);
      this.woken.wake();
    }
  }

  /** @returns how long to wait, in ms, until the next one is due */
  private async sendWhatIsDue(signal: AbortSignal): Promise<number> {
    while (!signal.aborted) {
      const { due, pause } = await this.nextDue();
      if (due.length === 0) return pause;
      const positions = await Promise.all([...new Map(due.map((row) => [row.orderingKey, row])).values()].map((row) => this.sendInOrder(row, signal)));
      const furthest = positions.reduce((a, b) => (a > b ? a : b), '');
      if (furthest === '') return this.pause(); // somebody else has them, or they wait for what goes out before
      await this.checkpoints.waitFor(deliveriesProjection.name, furthest, LONGEST_WAIT_MS);
    }
    return 0;
  }

  /** The first page with something that is due now; else how long to wait. Those that wait do not hide the others. */
  private async nextDue(): Promise<{ due: DeliveryRow[]; pause: number }> {
    const now = this.clock.now();
    // Also of those that have nothing to send any more: a time that is over must not shorten the pause.
    for (const [orderingKey, until] of this.postponed) if (until <= now) this.postponed.delete(orderingKey);
    for (let after: string | undefined; ; ) {
      const { documents, next } = await this.deliveries.inState('requested', after);
      const due = documents.filter(({ notBefore, orderingKey, conversationId }) => Date.parse(notBefore) <= now && !this.postponed.has(orderingKey) && this.owns(conversationId));
      const last = documents.at(-1);
      if (due.length > 0 || next === null || (last && Date.parse(last.notBefore) > now)) {
        return { due, pause: this.pause(documents.map(({ notBefore }) => Date.parse(notBefore)).filter((time) => time > now)) };
      }
      after = next;
    }
  }

  /** How long to wait, in ms, until the first of these times or of those that something waits for. */
  private pause(times: readonly number[] = []): number {
    return Math.min(LONGEST_WAIT_MS, ...[...times, ...this.postponed.values()].map((time) => Math.max(0, time - this.clock.now())));
  }

  /** One after the other: what was given back, or is under way elsewhere, goes out before what was written after it. */
  private async sendInOrder({ orderingKey, conversationId }: DeliveryRow, signal: AbortSignal): Promise<string> {
    let position = '';
    for (const row of await this.deliveries.openOf(orderingKey)) {
      if (signal.aborted || !this.owns(conversationId)) break;
      try {
        let waitsUntil = 0;
        if (row.status === 'requested' && Date.parse(row.notBefore) <= this.clock.now()) {
          const sent = await this.sender.send(row, signal);
          position = sent.position ?? position;
          waitsUntil = sent.waitsUntil ?? 0;
        }
        const delivery = await this.lookups.delivery(row.programId, row.id);
        if (delivery.status !== 'claimed' && delivery.status !== 'requested') continue;
        this.postponed.set(orderingKey, delivery.status === 'claimed' ? this.clock.now() + CLAIMED_ELSEWHERE_MS : Math.max(waitsUntil, Date.parse(delivery.request.notBefore)));
      } catch (error) {
        // One that fails does not hold up the others; what is behind it waits, and it is tried again.
        logFailure(this.logger, error, row.id);
        this.postponed.set(orderingKey, this.clock.now() + POSTPONED_MS);
      }
      break;
    }
    return position;
  }
}

/** Taken before one looks for work, so that a wake-up in the meantime is not lost. */
class Wakeup {
  private resolve: () => void = () => undefined;

  next(): Promise<void> {
    return new Promise((resolve) => (this.resolve = resolve));
  }

  wake(): void {
    this.resolve();
  }
}
