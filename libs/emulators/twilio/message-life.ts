import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './accounts.js';
import type { FaultPlan } from './faults.js';
import type { Ledger } from './ledger.js';
import { API_VERSION, type Message, type MessageStatus } from './message.js';
import type { Outcome, Outcomes } from './outcomes.js';
import type { WebhookSender } from './webhook-sender.js';

export type LifeDelays = {
  /** From queued to sent. */
  readonly sentMs: number;
  /** From sent to the last status. */
  readonly finalMs: number;
};

type Callback = {
  readonly message: Message;
  readonly authToken: string;
  readonly url: string;
  readonly form: Record<string, string>;
};
type Step = { readonly status: MessageStatus; readonly afterMs: number; readonly errorCode: number | null };

const LONGEST_TIMER = 2 ** 31 - 1;

/** Moves outbound messages through their statuses and posts the callbacks. */
export class MessageLives {
  private held: Callback[] = [];
  private running = new AbortController();

  constructor(
    private readonly sender: WebhookSender,
    private readonly plan: () => FaultPlan,
    private readonly outcomes: Outcomes,
    private readonly ledger: Ledger,
    private readonly delays: LifeDelays,
  ) {}

  private get faults(): FaultPlan {
    return this.plan();
  }

  /** Resolves when the message has its last status and its callbacks were answered, held or dropped. Never rejects. */
  async start(message: Message, account: Account): Promise<void> {
    const { signal } = this.running;
    try {
      await this.live(message, account, signal);
    } catch (error) {
      // A stop interrupts only sleeping.
      if (!signal.aborted) throw error;
    }
  }

  /** Posts the held callbacks, in order, and ends the hold. Resolves to their number. */
  async release(): Promise<number> {
    const held = this.held;
    this.held = [];
    this.faults.callbacks = { ...this.faults.callbacks, hold: false };
    for (const callback of held) await this.post(callback);
    return held.length;
  }

  /** Stops every message at its current status. */
  stop(): void {
    this.held = [];
    this.running.abort();
    this.running = new AbortController();
  }

  private async live(message: Message, account: Account, signal: AbortSignal): Promise<void> {
    const outcome = this.outcomes.take(message.to);
    const shuffle = this.faults.callbacks.shuffle === true;
    const waiting: Callback[] = [];
    let posted = Promise.resolve();
    for (const step of stepsOf(message, outcome, this.delays)) {
      await sleep(step.afterMs, undefined, { signal });
      if (message.status === 'canceled' || message.deleted) return;
      advance(message, account, step);
      if (message.statusCallback === null) continue;
      const form = callbackForm(message);
      const callback = { message, authToken: account.authToken, url: message.statusCallback, form };
      const copies = Array.from({ length: this.faults.copies() }, () => callback);
      if (shuffle) waiting.push(...copies);
      // The status changes even while a slow webhook is still answering, but one message's callbacks keep their order.
      else posted = posted.then(() => this.dispatchAll(copies, signal));
    }
    message.settled = true;
    for (const callback of this.faults.shuffled(waiting)) await this.dispatch(callback, signal);
    await posted;
  }

  private async dispatchAll(callbacks: readonly Callback[], signal: AbortSignal): Promise<void> {
    await Promise.all(callbacks.map((callback) => this.dispatch(callback, signal)));
  }

  private async dispatch(callback: Callback, signal: AbortSignal): Promise<void> {
    const { delayMs = 0, drop, hold } = this.faults.callbacks;
    if (drop === true || signal.aborted) return;
    if (hold === true) {
      this.held.push(callback);
      return;
    }
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
    await this.post(callback);
  }

  private async post({ message, authToken, url, form }: Callback): Promise<void> {
    const errorCode = form['ErrorCode'] === undefined ? null : Number(form['ErrorCode']);
    const entry = this.ledger.callback({
      sid: message.sid,
      status: form['MessageStatus'] as MessageStatus,
      errorCode,
      url,
    });
    entry.answered = (await this.sender.post(url, authToken, form)).status;
  }
}

function stepsOf(message: Message, outcome: Outcome, delays: LifeDelays): readonly Step[] {
  const wait = message.sendAt ? Math.min(Math.max(message.sendAt.getTime() - Date.now(), 0), LONGEST_TIMER) : 0;
  const sent: Step = { status: 'sent', afterMs: wait + delays.sentMs, errorCode: null };
  switch (outcome.status) {
    case 'sent':
      return [sent];
    case 'delivered':
      return [sent, { status: 'delivered', afterMs: delays.finalMs, errorCode: null }];
    case 'undelivered':
      return [sent, { status: 'undelivered', afterMs: delays.finalMs, errorCode: outcome.errorCode ?? 30003 }];
    case 'failed':
      return [{ status: 'failed', afterMs: sent.afterMs, errorCode: outcome.errorCode ?? 30008 }];
  }
}

function advance(message: Message, account: Account, step: Step): void {
  const now = new Date();
  if (message.from === null) {
    const service = account.messagingServices?.find(({ sid }) => sid === message.messagingServiceSid);
    message.from = service?.numbers[0] ?? null;
  }
  message.status = step.status;
  message.errorCode = step.errorCode;
  message.updatedAt = now;
  message.sentAt ??= now;
}

/** The parameters of a status callback, including one that no page of the provider documents. */
function callbackForm(message: Message): Record<string, string> {
  const { sid, status, errorCode, messagingServiceSid } = message;
  return {
    AccountSid: message.accountSid,
    ApiVersion: API_VERSION,
    From: message.from ?? '',
    To: message.to,
    MessageSid: sid,
    SmsSid: sid,
    MessageStatus: status,
    SmsStatus: status,
    ...(errorCode === null ? {} : { ErrorCode: String(errorCode) }),
    ...(messagingServiceSid === null ? {} : { MessagingServiceSid: messagingServiceSid }),
    ...(status === 'sent' ? {} : { RawDlrDoneDate: message.updatedAt.toISOString().replace(/\D/g, '').slice(2, 12) }),
  };
}
