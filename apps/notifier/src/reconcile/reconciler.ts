import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { LRUCache } from 'lru-cache';
import { HandleDelivery, Lookups, type DeliveryIntent } from '@app/application';
import { Checkpoints, Clock, EventUnreadable, EventLog, sleep, TrustedClock, type Page } from '@app/eventing';
import { EmailGateway, SmsGateway, type FoundOutcome } from '@app/gateways';
import type { DeliveryRequested } from '@app/domain/delivery';
import { Configuration, logFailure } from '@app/platform';
import { deliveriesProjection, DeliveryQueries, isOpen, type DeliveryRow } from '@app/read-models';
import { MessageContents, SourceMissing } from '../send/message-content.js';
import { notifierContext } from '../notifier-context.js';

/** Uncertain ones older than this are the staff's alone; the provider's list is not asked for ever. */
const ASK_FOR_MS = 24 * 60 * 60 * 1000;
const LONGEST_WAIT_MS = 5_000;
const TRY_AGAIN_MS = 10 * 60_000;
/** A text that the provider shows may have been claimed so much earlier than it says. */
const SKEW_MS = 5 * 60_000;

/**
 * Settles what time has left behind: what was not sent until its end is dropped; a claim older than any request may take
 * was left by a process that died, and is uncertain; what the provider's list then shows settles it; the rest is for the
 * staff to decide. Only what is due for one of these is read.
 */
@Injectable()
export class Reconciler {
  private readonly logger = new Logger(Reconciler.name);
  /** Queues whose uncertain deliveries are being looked for. */
  private readonly asking = new Map<string, Promise<void>>();
  /** Deliveries that could not be read a short while ago: they are not tried, and logged, in every round. */
  private readonly unreadable = new LRUCache<string, true>({ max: 50_000, ttl: TRY_AGAIN_MS });

  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly contents: MessageContents,
    private readonly sms: SmsGateway,
    private readonly email: EmailGateway,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.round(signal);
        await sleep(this.configuration.RECONCILE_EVERY_MS, signal);
      }
    } finally {
      await Promise.all(this.asking.values());
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
    // A claim is given up, and perhaps sent again, because of its age.
    if (!(await this.shown()) || !(await this.trustedClock.isTrusted())) return;
    const now = this.clock.now();
    await this.each(
      signal,
      (after) => this.deliveries.expired(iso(now), after),
      (row) => this.record(row, { type: 'ExpireDelivery', data: { at: iso(now) } }),
    );
    const abandonedAt = iso(now - this.configuration.CLAIM_TIMEOUT_MS);
    await this.each(
      signal,
      (after) => this.deliveries.claimedUpTo(abandonedAt, after),
      async (row) => {
        if (row.claimId !== null)
          await this.record(row, {
            type: 'DoubtDelivery',
            data: { claimId: row.claimId, cause: 'no answer recorded' },
          });
      },
    );
    await this.askForUncertain(iso(now - ASK_FOR_MS), signal);
  }

  /** One that fails holds up no other. */
  private async each(
    signal: AbortSignal,
    page: (after: string | undefined) => Promise<Page<DeliveryRow>>,
    settle: (row: DeliveryRow) => Promise<void>,
  ): Promise<void> {
    for (let after: string | undefined; !signal.aborted;) {
      const { documents, next } = await page(after);
      for (const row of documents) await this.tryTo(row, settle);
      if (next === null) return;
      after = next;
    }
  }

  private async tryTo(row: DeliveryRow, settle: (row: DeliveryRow) => Promise<void>): Promise<void> {
    if (this.unreadable.has(row.id)) return;
    try {
      await settle(row);
    } catch (error) {
      if (error instanceof EventUnreadable) this.unreadable.set(row.id, true);
      logFailure(this.logger, error, row.id);
    }
  }

  /** A queue at a time, side by side: a provider that answers slowly holds up its own account. */
  private async askForUncertain(since: string, signal: AbortSignal): Promise<void> {
    const byQueue = new Map<string, DeliveryRow[]>();
    for (let after: string | undefined; ;) {
      const { documents, next } = await this.deliveries.uncertainSince(since, after);
      for (const row of documents) byQueue.set(row.queue, [...(byQueue.get(row.queue) ?? []), row]);
      if (next === null) break;
      after = next;
    }
    for (const [queue, rows] of byQueue) {
      if (this.asking.has(queue)) continue;
      this.asking.set(
        queue,
        this.askFor(rows, signal).finally(() => this.asking.delete(queue)),
      );
    }
  }

  private async askFor(rows: readonly DeliveryRow[], signal: AbortSignal): Promise<void> {
    for (const row of rows) {
      if (signal.aborted) return;
      await this.tryTo(row, (uncertain) => this.settle(uncertain));
    }
  }

  private async settle(row: DeliveryRow): Promise<void> {
    const { claimId, programId } = row;
    const delivery = await this.lookups.delivery(programId, row.id);
    if (claimId === null || delivery.status !== 'uncertain') return;
    const outcome = await this.find(row, delivery.request);
    if (!(await this.trustedClock.isTrusted())) return;
    if (outcome.kind === 'found')
      await this.record(row, {
        type: 'AcceptDelivery',
        data: { claimId, providerMessageId: outcome.providerMessageId },
      });
    if (outcome.kind === 'absent')
      await this.record(row, {
        type: 'ReleaseDelivery',
        data: { claimId, cause: 'not accepted', notBefore: iso(this.clock.now()) },
      });
  }

  private async find(row: DeliveryRow, request: DeliveryRequested['data']): Promise<FoundOutcome> {
    if (row.channel === 'email') return this.email.find(row.id);
    const { sms, account } = await this.contents.text(await this.lookups.program(row.programId), request);
    const from = new Date(row.claimedAt ?? 0);
    const between = { from, to: new Date(from.getTime() + this.configuration.TWILIO_TIMEOUT_MS) };
    return this.sms.find(account, sms, between, (providerMessageId) =>
      this.mayBeAnothers(row, sms.text, providerMessageId),
    );
  }

  /**
   * Whether a text that the provider shows belongs to another attempt, or may: of two equal texts to one address that are open
   * nobody can tell which one it is. Asked after the provider's list was read, since whatever is in the list was claimed before.
   */
  private async mayBeAnothers(row: DeliveryRow, text: string, providerMessageId: string): Promise<boolean> {
    if (!(await this.shown())) return true;
    const others = await this.deliveries.ofAddressee(row.addressee, iso(Date.parse(row.claimedAt ?? '') - SKEW_MS));
    if (others === null) return true;
    if (
      others.some(
        ({ attempts: { newest, earlier } }) =>
          newest?.providerMessageId === providerMessageId ||
          earlier.some((attempt) => attempt.providerMessageId === providerMessageId),
      )
    )
      return true;
    for (const other of others) {
      if (other.id === row.id || !isOpen(other.status)) continue;
      const delivery = await this.lookups.delivery(other.programId, other.id);
      if (delivery.status !== 'none' && (await this.maySay(delivery.request, text))) return true;
    }
    return false;
  }

  /** What cannot be opened now may have been sent before. What was erased cannot be compared any more. */
  private async maySay(request: DeliveryRequested['data'], text: string): Promise<boolean> {
    try {
      return (await this.contents.message(request)).text === text;
    } catch (error) {
      if (error instanceof SourceMissing) return false;
      if (error instanceof EventUnreadable) return true;
      throw error;
    }
  }

  private async record({ programId, id }: DeliveryRow, command: DeliveryIntent): Promise<void> {
    await this.commands.execute(new HandleDelivery(id, command, notifierContext(programId)));
  }

  /** Whether the read model shows all that is in the record. */
  private async shown(): Promise<boolean> {
    const head = await this.eventLog.head();
    return head !== null && this.checkpoints.waitFor(deliveriesProjection.name, head, LONGEST_WAIT_MS);
  }
}

const iso = (time: number): string => new Date(time).toISOString();
