import { Injectable } from '@nestjs/common';
import { Checkpoints, Clock, EventLog, inOrderPerKey, sideBySide, sleep, TrustedClock } from '@app/eventing';
import type { Position, Recorded } from '@app/kernel';
import type { ConversationEvent } from '@app/domain/conversation';
import { Configuration } from '@app/platform';
import type { BackgroundTask } from '../background-task.js';
import { recordedMessage } from './recorded-messages.js';
import { Republisher, type ReadableMessage } from './republisher.js';
import { SWEEP, SweepProgress } from './sweep-progress.js';

/** Messages that are checked side by side. */
const AT_ONCE = 20;
/** While so many republished messages wait for their delivery, no further ones are checked. */
const MOST_WAITING = 1_000;
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

/**
 * Finds messages that have no delivery after a while, since the topic has lost them, and publishes them again. It
 * follows the events with a delay and checks each message once; a republished one is checked until it has its
 * delivery, and the checkpoint stays before it.
 */
@Injectable()
export class UndeliveredSweep implements BackgroundTask {
  readonly name = SWEEP;
  readonly isLeaderOnly = true;

  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly republisher: Republisher,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
    private readonly configuration: Configuration,
  ) {}

  /** Runs until the signal aborts. Rejects when an engine fails; called again, it continues from its checkpoint. */
  async run(signal: AbortSignal): Promise<void> {
    const run = new SweepProgress(await this.checkpoints.get(SWEEP));
    await sideBySide(signal, [(ending) => this.follow(run, ending), (ending) => this.checkAgain(run, ending)]);
  }

  private async follow(run: SweepProgress, signal: AbortSignal): Promise<void> {
    for await (const { events, position } of this.eventLog.follow<ConversationEvent>({
      after: run.checked,
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
          (source) => this.check(run, recordedMessage(source), run.checked),
        );
      }
      if (signal.aborted) return;
      run.checked = position;
      await run.save(this.checkpoints);
    }
  }

  /** Checks the republished messages that still have no delivery. */
  private async checkAgain(run: SweepProgress, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.configuration.UNDELIVERED_AFTER_MS, signal);
      if (!(await this.trustedClock.isTrusted())) continue;
      const now = this.clock.now();
      for (const [id, { message, from, nextAt, pause }] of run.waiting) {
        if (signal.aborted) return;
        if (nextAt > now) continue;
        await this.check(run, message, from, Math.min(pause * 2, LONGEST_PAUSE_MS));
        if (run.waiting.get(id)?.nextAt === nextAt) run.waiting.delete(id);
      }
      await run.save(this.checkpoints);
    }
  }

  private async check(
    run: SweepProgress,
    message: ReadableMessage | null,
    from: Position | null,
    pause = this.configuration.UNDELIVERED_AFTER_MS,
  ): Promise<void> {
    if (message && (await this.republisher.publishIfLost(message)))
      run.waiting.set(message.event.id, { message, from, nextAt: this.clock.now() + pause, pause });
  }

  /** Waits until the events are old enough, by a clock that is right. */
  private async untilOld(events: readonly Recorded<ConversationEvent>[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.trustedClock.isTrusted()))
      await sleep(this.configuration.UNDELIVERED_AFTER_MS, signal);
    const newest = Math.max(...events.map(({ metadata }) => Date.parse(metadata.recordedAt)));
    const left = newest + this.configuration.UNDELIVERED_AFTER_MS - this.clock.now();
    // An event with a time in the future, by the wrong clock of its writer, does not delay the sweep any longer.
    if (left > 0) await sleep(Math.min(left, this.configuration.UNDELIVERED_AFTER_MS), signal);
  }
}
