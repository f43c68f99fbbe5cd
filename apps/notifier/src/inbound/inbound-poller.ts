import { Injectable, Logger } from '@nestjs/common';
import { Lookups } from '@app/application';
import { Clock, sleep, TemporaryFailure, TrustedClock } from '@app/eventing';
import { MessageListUnavailable } from '@app/gateways';
import type { Sender } from '@app/domain/program';
import { isErased } from '@app/kernel';
import { Configuration, logFailure } from '@app/platform';
import { ProgramQueries } from '@app/read-models';
import { MissedTexts, type PolledNumber, type PolledSender } from './missed-texts.js';

/**
 * Numbers that are listed with one token, one after the other. The token is part of the key: a program that names a foreign
 * account with a wrong token must not hold up the account's owner, and a new token is tried at once.
 */
type Account = { readonly key: string; readonly programId: string; readonly numbers: PolledNumber[] };

/** An account whose list could not be read, until it is asked again. */
type Held = { readonly failures: number; readonly until: number; readonly senderId: string };

const ACCOUNTS_AT_ONCE = 50;
const ACCOUNTS_AT_ONCE_PER_PROGRAM = 5;
const LONGEST_BACK_OFF_MS = 60 * 60 * 1000;

/** Looks regularly for inbound texts that no webhook brought; see {@link MissedTexts}. */
@Injectable()
export class InboundPoller {
  private readonly logger = new Logger(InboundPoller.name);
  private readonly waiting: Account[] = [];
  /** Keys of the accounts that wait or are asked. */
  private readonly busy = new Set<string>();
  private readonly held = new Map<string, Held>();
  /** Accounts that are asked, by program. */
  private readonly asked = new Map<string, number>();
  private readonly tasks = new Set<Promise<void>>();

  constructor(
    private readonly lookups: Lookups,
    private readonly programs: ProgramQueries,
    private readonly missed: MissedTexts,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
    private readonly configuration: Configuration,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.round(signal);
        // Installations that started together do not ask together for ever.
        await sleep(this.configuration.POLL_INBOUND_EVERY_MS * (1 + Math.random() / 10), signal);
      }
    } finally {
      await this.settled();
    }
  }

  /** Begins to ask every account that is neither held nor still asked, and does not wait for any. While the clock is wrong, nobody is asked. */
  async round(signal: AbortSignal): Promise<void> {
    if (!(await this.trustedClock.isTrusted())) return;
    const accounts = await this.accounts();
    for (const key of this.held.keys()) if (!accounts.has(key)) this.held.delete(key);
    for (const account of accounts.values()) {
      if (this.busy.has(account.key) || this.clock.now() < (this.held.get(account.key)?.until ?? 0)) continue;
      this.busy.add(account.key);
      this.waiting.push(account);
    }
    for (let free = ACCOUNTS_AT_ONCE - this.tasks.size; free > 0 && this.waiting.length > 0; free -= 1)
      this.startTask(signal);
  }

  /** Resolves when no account is asked any more. */
  async settled(): Promise<void> {
    while (this.tasks.size > 0) await Promise.all(this.tasks);
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

  /** The first that waits, of a program that leaves room for others. */
  private next(): Account | undefined {
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

  /** Never rejects: what fails is logged, and asked again later. */
  private async ask({ key, numbers }: Account, signal: AbortSignal): Promise<void> {
    const failedBefore = this.held.get(key)?.senderId;
    const isLast = ({ sender }: PolledNumber): number => Number(sender.senderId === failedBefore);
    let failures = this.held.get(key)?.failures ?? 0;
    // The number that failed comes last, so that it does not keep the account's other numbers from being listed.
    for (const number of numbers.toSorted((one, other) => isLast(one) - isLast(other))) {
      // Which texts are left to the webhooks, and where the first look at a number begins, depends on the time.
      if (signal.aborted || !(await this.trustedClock.isTrusted())) return;
      try {
        await this.missed.accept(number, signal);
        failures = 0;
      } catch (error) {
        if (error instanceof MessageListUnavailable) return this.hold(key, number.sender, failures + 1, error.code);
        logFailure(this.logger, error, number.sender.senderId);
        if (error instanceof TemporaryFailure) return;
      }
    }
    this.held.delete(key);
  }

  private hold(key: string, { senderId, accountSid }: Sender, failures: number, code: string): void {
    const until =
      this.clock.now() + Math.min(this.configuration.POLL_INBOUND_EVERY_MS * 2 ** failures, LONGEST_BACK_OFF_MS);
    this.held.set(key, { failures, until, senderId });
    this.logger.warn({
      event: 'inbound texts cannot be listed',
      accountSid,
      senderId,
      code,
      nextTry: new Date(until).toISOString(),
    });
  }

  private async accounts(): Promise<ReadonlyMap<string, Account>> {
    const accounts = new Map<string, Account>();
    for await (const programId of this.programs.ids())
      for (const sender of await this.sendersOf(programId)) {
        const key = `${sender.accountSid} ${sender.authToken}`;
        const account = accounts.get(key) ?? { key, programId, numbers: [] };
        account.numbers.push({ programId, sender });
        accounts.set(key, account);
      }
    return accounts;
  }

  /** From the record, since no read model holds a token. A program that cannot be read does not hold up the others. */
  private async sendersOf(programId: string): Promise<readonly PolledSender[]> {
    try {
      return (await this.lookups.program(programId)).senders.filter(
        (sender): sender is PolledSender => !isErased(sender.authToken),
      );
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      logFailure(this.logger, error, programId);
      return [];
    }
  }
}
