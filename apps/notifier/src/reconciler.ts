import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleDelivery, Lookups, type DeliveryWish } from '@app/application';
import { Checkpoints, Clock, EmailGateway, Journal, sleep, SmsGateway, type FoundOutcome } from '@app/eventing';
import type { DeliveryRequested } from '@app/domain/delivery';
import { Configuration, logFailure } from '@app/platform';
import { deliveriesProjection, DeliveryQueries, isOpen, type DeliveryRow } from '@app/read-models';
import { MessageContents } from './message-content.js';
import { notifierContext } from './notifier-context.js';

/** Uncertain ones older than this are the staff's alone; the provider's list is not asked for ever. */
const ASK_FOR_MS = 24 * 60 * 60 * 1000;
const LONGEST_WAIT_MS = 5_000;
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

  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly contents: MessageContents,
    private readonly sms: SmsGateway,
    private readonly email: EmailGateway,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
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
    if (!(await this.shown())) return;
    const now = this.clock.now();
    await this.each(signal, () => this.deliveries.expired(iso(now)), (row) => this.record(row, { type: 'ExpireDelivery', data: { at: iso(now) } }));
    const abandonedAt = iso(now - this.configuration.CLAIM_TIMEOUT_MS);
    await this.each(signal, () => this.deliveries.claimedUpTo(abandonedAt), async (row) => {
      if (row.claimId !== null) await this.record(row, { type: 'DoubtDelivery', data: { claimId: row.claimId, cause: 'no answer recorded' } });
    });
    await this.askForUncertain(iso(now - ASK_FOR_MS), signal);
  }

  /** What is dealt with is not among the next ones; a page that brings nothing new waits for the next round. */
  private async each(signal: AbortSignal, some: () => Promise<readonly DeliveryRow[]>, settle: (row: DeliveryRow) => Promise<void>): Promise<void> {
    const seen = new Set<string>();
    while (!signal.aborted) {
      const rows = (await some()).filter(({ id }) => !seen.has(id));
      if (rows.length === 0) return;
      for (const row of rows) {
        seen.add(row.id);
        await settle(row).catch((error: unknown) => logFailure(this.logger, error, row.id));
      }
      await this.shown();
    }
  }

  /** A queue at a time, side by side: a provider that answers slowly holds up its own account. */
  private async askForUncertain(since: string, signal: AbortSignal): Promise<void> {
    const byQueue = new Map<string, DeliveryRow[]>();
    for (let after: string | undefined; ; ) {
      const { documents, next } = await this.deliveries.uncertainSince(since, after);
      for (const row of documents) byQueue.set(row.queue, [...(byQueue.get(row.queue) ?? []), row]);
      if (next === null) break;
      after = next;
    }
    for (const [queue, rows] of byQueue) {
      if (this.asking.has(queue)) continue;
      this.asking.set(queue, this.askFor(rows, signal).finally(() => this.asking.delete(queue)));
    }
  }

  private async askFor(rows: readonly DeliveryRow[], signal: AbortSignal): Promise<void> {
    for (const row of rows) {
      if (signal.aborted) return;
      await this.settle(row).catch((error: unknown) => logFailure(this.logger, error, row.id));
    }
  }

  private async settle(row: DeliveryRow): Promise<void> {
    const { claimId, programId } = row;
    const delivery = await this.lookups.delivery(programId, row.id);
    if (claimId === null || delivery.status !== 'uncertain') return;
    const outcome = await this.find(row, delivery.request);
    if (outcome.kind === 'found') await this.record(row, { type: 'AcceptDelivery', data: { claimId, providerId: outcome.providerId } });
    if (outcome.kind === 'absent') await this.record(row, { type: 'ReleaseDelivery', data: { claimId, cause: 'not accepted', notBefore: iso(this.clock.now()) } });
  }

  private async find(row: DeliveryRow, request: DeliveryRequested['data']): Promise<FoundOutcome> {
    if (row.channel === 'email') return this.email.find(row.id);
    const { sms, account } = await this.contents.text(row.programId, request);
    const from = new Date(row.claimedAt ?? 0);
    const between = { from, to: new Date(from.getTime() + this.configuration.TWILIO_TIMEOUT_MS) };
    return this.sms.find(account, sms, between, (providerId) => this.mayBeAnothers(row, sms.text, providerId));
  }

  /**
   * Whether a text that the provider shows belongs to another attempt, or may: of two equal texts to one address that are open
   * nobody can tell which one it is. Asked after the provider's list was read, since whatever is in the list was claimed before.
   */
  private async mayBeAnothers(row: DeliveryRow, text: string, providerId: string): Promise<boolean> {
    if (!(await this.shown())) return true;
    const others = await this.deliveries.ofAddressee(row.addressee, iso(Date.parse(row.claimedAt ?? '') - SKEW_MS));
    if (others === null) return true;
    if (others.some(({ attempts: { newest, earlier } }) => newest?.providerId === providerId || earlier.some((attempt) => attempt.providerId === providerId))) return true;
    for (const other of others) {
      if (other.id === row.id || !isOpen(other.status)) continue;
      const delivery = await this.lookups.delivery(other.programId, other.id);
      // One whose source cannot be read is not sent either.
      const said = delivery.status === 'none' ? null : await this.contents.message(delivery.request).catch(() => null);
      if (said?.text === text) return true;
    }
    return false;
  }

  private async record({ programId, id }: DeliveryRow, command: DeliveryWish): Promise<void> {
    await this.commands.execute(new HandleDelivery(id, command, notifierContext(programId)));
  }

  /** Whether the read model shows all that is in the record. */
  private async shown(): Promise<boolean> {
    const head = await this.journal.head();
    return head !== null && this.checkpoints.waitFor(deliveriesProjection.name, head, LONGEST_WAIT_MS);
  }
}

const iso = (time: number): string => new Date(time).toISOString();
