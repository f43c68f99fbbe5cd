import { Injectable, Logger } from '@nestjs/common';
import { Clock, sleep, TemporaryFailure, TrustedClock } from '@app/eventing';
import { MessageListUnavailable } from '@app/gateways';
import type { Sender } from '@app/domain/program';
import { Configuration, logFailure } from '@app/platform';
import type { BackgroundTask } from '../background-task.js';
import { MissedTexts, type PolledNumber } from './missed-texts.js';
import { PolledAccounts, type PolledAccount } from './polled-accounts.js';

/** The back-off of an account whose list could not be read. */
type BackOff = { readonly failures: number; readonly until: number; readonly senderId: string };

const ACCOUNTS_AT_ONCE = 50;
const ACCOUNTS_AT_ONCE_PER_PROGRAM = 5;
const LONGEST_BACK_OFF_MS = 60 * 60 * 1000;

/** Polls the provider accounts for inbound texts that no webhook brought; see {@link MissedTexts}. */
@Injectable()
export class InboundPoller implements BackgroundTask {
  private readonly logger = new Logger(InboundPoller.name);
  private readonly waiting: PolledAccount[] = [];
  /** Keys of the accounts that wait or are being polled. */
  private readonly busy = new Set<string>();
  private readonly backOffs = new Map<string, BackOff>();
  /** Number of accounts being polled, by program. */
  private readonly asked = new Map<string, number>();
  private readonly tasks = new Set<Promise<void>>();
  readonly name = 'notifier inbound poller';
  readonly isLeaderOnly = true;

  constructor(
    private readonly accounts: PolledAccounts,
    private readonly missed: MissedTexts,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
    private readonly configuration: Configuration,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.round(signal);
        // The jitter spreads installations that started at the same time.
        await sleep(this.configuration.POLL_INBOUND_EVERY_MS * (1 + Math.random() / 10), signal);
      }
    } finally {
      await this.settled();
    }
  }

  /**
   * Starts to poll every account, except during its back-off or a poll in progress. Does nothing while the clock is
   * wrong.
   */
  async round(signal: AbortSignal): Promise<void> {
    if (!(await this.trustedClock.isTrusted())) return;
    const accounts = await this.accounts.all();
    for (const key of this.backOffs.keys()) if (!accounts.has(key)) this.backOffs.delete(key);
    for (const account of accounts.values())
      if (!this.busy.has(account.key) && !this.isBackingOff(account)) {
        this.busy.add(account.key);
        this.waiting.push(account);
      }
    for (let free = ACCOUNTS_AT_ONCE - this.tasks.size; free > 0 && this.waiting.length > 0; free -= 1)
      this.startTask(signal);
  }

  /** Resolves when no account is being polled. */
  async settled(): Promise<void> {
    while (this.tasks.size > 0) await Promise.all(this.tasks);
  }

  private isBackingOff({ key }: PolledAccount): boolean {
    return this.clock.now() < (this.backOffs.get(key)?.until ?? 0);
  }

  private startTask(signal: AbortSignal): void {
    const task = this.work(signal).finally(() => this.tasks.delete(task));
    this.tasks.add(task);
  }

  private async work(signal: AbortSignal): Promise<void> {
    for (let account = this.next(); account; account = this.next()) {
      const { key, programId } = account;
      this.count(programId, 1);
      await this.ask(account, signal);
      this.count(programId, -1);
      this.busy.delete(key);
    }
  }

  /** The first waiting account whose program is below its limit. */
  private next(): PolledAccount | undefined {
    const index = this.waiting.findIndex(
      ({ programId }) => (this.asked.get(programId) ?? 0) < ACCOUNTS_AT_ONCE_PER_PROGRAM,
    );
    return index < 0 ? undefined : this.waiting.splice(index, 1)[0];
  }

  private count(programId: string, change: 1 | -1): void {
    const count = (this.asked.get(programId) ?? 0) + change;
    if (count > 0) this.asked.set(programId, count);
    else this.asked.delete(programId);
  }

  /** Never rejects: a failure is logged, and the account is polled again later. */
  private async ask({ key, numbers }: PolledAccount, signal: AbortSignal): Promise<void> {
    const failedBefore = this.backOffs.get(key)?.senderId;
    const isLast = ({ sender }: PolledNumber): number => Number(sender.senderId === failedBefore);
    let failures = this.backOffs.get(key)?.failures ?? 0;
    // The number that failed comes last, so that it does not delay the account's other numbers.
    for (const number of numbers.toSorted((one, other) => isLast(one) - isLast(other))) {
      // The time decides where the first poll of a number begins, and which texts are left to the webhooks.
      if (signal.aborted || !(await this.trustedClock.isTrusted())) return;
      try {
        await this.missed.accept(number, signal);
        failures = 0;
      } catch (error) {
        if (error instanceof MessageListUnavailable) return this.backOff(key, number.sender, failures + 1, error.code);
        logFailure(this.logger, error, number.sender.senderId);
        if (error instanceof TemporaryFailure) return;
      }
    }
    this.backOffs.delete(key);
  }

  private backOff(key: string, { senderId, accountSid }: Sender, failures: number, code: string): void {
    const until =
      this.clock.now() + Math.min(this.configuration.POLL_INBOUND_EVERY_MS * 2 ** failures, LONGEST_BACK_OFF_MS);
    this.backOffs.set(key, { failures, until, senderId });
    this.logger.warn({
      event: 'inbound texts cannot be listed',
      accountSid,
      senderId,
      code,
      nextTry: new Date(until).toISOString(),
    });
  }
}
