import { Injectable, Logger } from '@nestjs/common';
import {
  Checkpoints,
  Clock,
  EventUnreadable,
  inOrderPerKey,
  EventLog,
  sideBySide,
  sleep,
  TopicLog,
  TrustedClock,
} from '@app/eventing';
import type { Position, Recorded } from '@app/kernel';
import type { ConversationEvent } from '@app/domain/conversation';
import { Configuration, logFailure } from '@app/platform';
import { asTopicValue, CONVERSATIONS_TOPIC } from '@app/public-events';
import { recordedMessage, type RecordedMessage } from './recorded-messages.js';
import { RequestCheck } from './request-check.js';

/** Name of its checkpoint. */
export const SWEEP = 'notifier sweep';
/** Messages that are looked at side by side. */
const AT_ONCE = 20;
/** Messages that may wait for their delivery after they were published again; then no further ones are looked at. */
const MOST_WAITING = 1_000;
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

type Message = RecordedMessage & { readonly source: Recorded<ConversationEvent> };
/** Published again: when (ms) it is looked at next, after what pause, and from where it is found after a restart. */
type Waiting = {
  readonly message: Message;
  readonly from: Position | null;
  readonly lookAt: number;
  readonly pause: number;
};

/**
 * Finds messages of the record that should have a delivery after a while and have none, since the topic has lost them, and
 * publishes them again. It follows the record some time behind its end and looks at each message once; one that was published
 * again is looked at until it has its delivery, and the checkpoint stays before it.
 */
@Injectable()
export class UndeliveredSweep {
  private readonly logger = new Logger(UndeliveredSweep.name);

  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly topics: TopicLog,
    private readonly check: RequestCheck,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
    private readonly configuration: Configuration,
  ) {}

  /** Until the signal aborts. Rejects when an engine does; called again, it goes on from its checkpoint. */
  async run(signal: AbortSignal): Promise<void> {
    const run = new SweepRun(await this.checkpoints.get(SWEEP));
    await sideBySide(signal, [(ending) => this.follow(run, ending), (ending) => this.lookAgain(run, ending)]);
  }

  private async follow(run: SweepRun, signal: AbortSignal): Promise<void> {
    for await (const { events, position } of this.eventLog.follow<ConversationEvent>({
      after: run.looked,
      categories: ['conversation'],
      signal,
    })) {
      for (let start = 0; start < events.length && !signal.aborted; start += AT_ONCE) {
        const some = events.slice(start, start + AT_ONCE);
        await this.untilOld(some, signal);
        while (run.waiting.size >= MOST_WAITING && !signal.aborted)
          await sleep(this.configuration.UNDELIVERED_AFTER_MS, signal);
        if (signal.aborted) return;
        await inOrderPerKey(
          some,
          ({ stream }) => [stream],
          (source) => this.look(run, recordedMessage(source), run.looked),
        );
      }
      if (signal.aborted) return;
      run.looked = position;
      await run.save(this.checkpoints);
    }
  }

  /** Those published again that still have no delivery. */
  private async lookAgain(run: SweepRun, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.configuration.UNDELIVERED_AFTER_MS, signal);
      if (!(await this.trustedClock.isTrusted())) continue;
      const now = this.clock.now();
      for (const [id, { message, from, lookAt, pause }] of run.waiting) {
        if (signal.aborted) return;
        if (lookAt > now) continue;
        await this.look(run, message, from, Math.min(pause * 2, LONGEST_PAUSE_MS));
        if (run.waiting.get(id)?.lookAt === lookAt) run.waiting.delete(id);
      }
      await run.save(this.checkpoints);
    }
  }

  private async look(
    run: SweepRun,
    message: Message | null,
    from: Position | null,
    pause = this.configuration.UNDELIVERED_AFTER_MS,
  ): Promise<void> {
    if (message === null || (await this.isDone(message))) return;
    const { event } = message;
    await this.topics.publish(CONVERSATIONS_TOPIC, [{ key: event.conversationId, value: asTopicValue(event) }]);
    this.logger.warn({ event: 'published again', id: event.id, programId: event.programId });
    run.waiting.set(event.id, { message, from, lookAt: this.clock.now() + pause, pause });
  }

  /** What cannot be read of its deliveries is there: they were requested before. It holds up nobody else's. */
  private async isDone({ event, source }: Message): Promise<boolean> {
    try {
      return await this.check.isDone(event, source);
    } catch (error) {
      if (!(error instanceof EventUnreadable)) throw error;
      logFailure(this.logger, error, error.event.stream);
      return true;
    }
  }

  /** Waits until they are old enough, by a clock that is right. */
  private async untilOld(events: readonly Recorded<ConversationEvent>[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.trustedClock.isTrusted()))
      await sleep(this.configuration.UNDELIVERED_AFTER_MS, signal);
    const newest = Math.max(...events.map(({ metadata }) => Date.parse(metadata.recordedAt)));
    const left = newest + this.configuration.UNDELIVERED_AFTER_MS - this.clock.now();
    // No longer than for one of now, whatever the clock of its writer said.
    if (left > 0) await sleep(Math.min(left, this.configuration.UNDELIVERED_AFTER_MS), signal);
  }
}

/** How far one run has come. */
class SweepRun {
  readonly waiting = new Map<string, Waiting>();
  /** Up to here, every message was looked at. */
  looked: Position | null;
  private saved: Position | null;
  private saving: Promise<void> = Promise.resolve();

  constructor(saved: Position | null) {
    this.looked = saved;
    this.saved = saved;
  }

  /** Moves the checkpoint, to before what still waits. */
  save(checkpoints: Checkpoints): Promise<void> {
    this.saving = this.saving.then(async () => {
      const [oldest] = this.waiting.values();
      const to = oldest ? oldest.from : this.looked;
      if (to === null || (this.saved !== null && to <= this.saved)) return;
      await checkpoints.set(SWEEP, this.saved, to);
      this.saved = to;
    });
    return this.saving;
  }
}
