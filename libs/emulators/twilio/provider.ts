import { Accounts, type Account } from './accounts.js';
import { FaultPlan, type FaultSettings } from './faults.js';
import { InboundTexts } from './inbound.js';
import { Ledger } from './ledger.js';
import { MessageLives, type LifeDelays } from './message-life.js';
import { MessageStore } from './message-store.js';
import { OptOuts } from './opt-outs.js';
import { Outcomes } from './outcomes.js';
import { WebhookSender } from './webhook-sender.js';

export type ProviderOptions = {
  readonly accounts?: readonly Account[];
  readonly faults?: FaultSettings;
  /** Default: a few milliseconds. */
  readonly delays?: Partial<LifeDelays>;
  /** How long a webhook may take to answer. Default 15,000, as at the provider. */
  readonly webhookTimeoutMs?: number;
  /** How late a `slow` create is answered. Default 1,000. */
  readonly slowMs?: number;
  /** Received and accepted creates are appended here as JSON lines before the response. */
  readonly ledgerFile?: string;
};

/** The provider without its HTTP side. */
export class Provider {
  /** Set once it listens. */
  url = '';
  readonly accounts: Accounts;
  readonly store = new MessageStore();
  readonly optOuts = new OptOuts();
  readonly outcomes = new Outcomes();
  readonly ledger: Ledger;
  readonly lives: MessageLives;
  readonly inbound: InboundTexts;
  readonly slowMs: number;
  private readonly sender: WebhookSender;
  private readonly stopper = new AbortController();
  private plan: FaultPlan;

  constructor(private readonly options: ProviderOptions) {
    this.accounts = new Accounts(options.accounts ?? []);
    this.plan = new FaultPlan(options.faults);
    this.ledger = new Ledger(options.ledgerFile);
    this.sender = new WebhookSender(options.webhookTimeoutMs ?? 15_000);
    this.slowMs = options.slowMs ?? 1_000;
    const delays = { sentMs: 5, finalMs: 5, ...options.delays };
    this.lives = new MessageLives(this.sender, () => this.plan, this.outcomes, this.ledger, delays);
    this.inbound = new InboundTexts(this.accounts, this.store, this.optOuts, this.ledger, this.sender, () => this.url);
  }

  /** Ends pending waits. */
  get stopping(): AbortSignal {
    return this.stopper.signal;
  }

  get faults(): FaultPlan {
    return this.plan;
  }

  /** Resets everything except the accounts and the ledger's file; faults return to the given options. */
  reset(): void {
    this.lives.stop();
    this.sender.abort();
    this.store.clear();
    this.ledger.clear();
    this.optOuts.clear();
    this.outcomes.clear();
    this.inbound.clear();
    this.plan = new FaultPlan(this.options.faults);
  }

  /** Stops timers and posts. */
  stop(): void {
    this.stopper.abort();
    this.lives.stop();
    this.sender.close();
  }

  /** Only when nothing more can be accepted: an event missing from the ledger's file did not happen. */
  close(): void {
    this.stop();
    this.ledger.close();
  }
}
