import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleDelivery, Lookups, type DeliveryWish } from '@app/application';
import { Checkpoints, EmailGateway, Journal, sleep, SmsGateway, type FoundOutcome } from '@app/eventing';
import type { DeliveryRequested } from '@app/domain/delivery';
import { Configuration, logFailure } from '@app/platform';
import { deliveriesProjection, DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { MessageContents } from './message-content.js';
import { notifierContext } from './notifier-context.js';

type Open = { readonly row: DeliveryRow; readonly request: DeliveryRequested['data']; readonly text: string };

/** Uncertain ones older than this are the staff's alone; the provider's list is not asked for ever. */
const ASK_FOR_MS = 24 * 60 * 60 * 1000;
const LONGEST_WAIT_MS = 5_000;

/**
 * Settles claims without an outcome. A claim older than any request may take was left by a process that died, and is
 * uncertain; what the provider's list then shows settles it; the rest is for the staff to decide.
 */
@Injectable()
export class Reconciler {
  private readonly logger = new Logger(Reconciler.name);

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
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round();
      await sleep(this.configuration.RECONCILE_EVERY_MS, signal);
    }
  }

  async round(): Promise<void> {
    // Behind the record, the read model would not know whose text the provider's list shows.
    const head = await this.journal.head();
    if (head === null || !(await this.checkpoints.waitFor(deliveriesProjection.name, head, LONGEST_WAIT_MS))) return;
    const abandonedBefore = new Date(Date.now() - this.configuration.CLAIM_TIMEOUT_MS).toISOString();
    const claimed = await this.all('claimed');
    for (const row of claimed)
      if (row.claimId !== null && (row.claimedAt ?? '') < abandonedBefore) await this.record(row, { type: 'DoubtDelivery', data: { claimId: row.claimId, cause: 'no answer recorded' } });

    const askedFrom = new Date(Date.now() - ASK_FOR_MS).toISOString();
    const uncertain = (await this.all('uncertain')).filter(({ claimedAt }) => (claimedAt ?? '') >= askedFrom);
    if (uncertain.length === 0) return;
    const people = new Set(uncertain.map(({ recipient }) => recipient.id));
    const others = [...(await this.all('claimed')), ...(await this.all('requested'))].filter(({ recipient }) => people.has(recipient.id));
    const open = await this.readable([...uncertain, ...others]);
    for (const { row, request, text } of open) {
      // Of two equal texts to one person nobody can tell which one the provider shows.
      const isAlone = open.every((other) => other.row.id === row.id || other.row.recipient.id !== row.recipient.id || other.text !== text);
      if (row.status === 'uncertain' && row.claimId !== null && isAlone) await this.settle(row, row.claimId, request).catch((error: unknown) => logFailure(this.logger, error, row.id));
    }
  }

  /** One whose source cannot be read does not hold up the others. */
  private async readable(rows: readonly DeliveryRow[]): Promise<Open[]> {
    const read = await Promise.allSettled(rows.map((row) => this.withText(row)));
    return read.flatMap((one, index) => {
      if (one.status === 'fulfilled') return [one.value];
      logFailure(this.logger, one.reason, rows[index]?.id ?? '');
      return [];
    });
  }

  private async settle(row: DeliveryRow, claimId: string, request: DeliveryRequested['data']): Promise<void> {
    const outcome = await this.find(row, request);
    if (outcome.kind === 'found') await this.record(row, { type: 'AcceptDelivery', data: { claimId, providerId: outcome.providerId } });
    if (outcome.kind === 'absent') await this.record(row, { type: 'ReleaseDelivery', data: { claimId, cause: 'not accepted', notBefore: new Date().toISOString() } });
  }

  private async find(row: DeliveryRow, request: DeliveryRequested['data']): Promise<FoundOutcome> {
    if (row.channel === 'email') return this.email.find(row.id);
    const { sms, account } = await this.contents.text(row.programId, request);
    const from = new Date(row.claimedAt ?? 0);
    const between = { from, to: new Date(from.getTime() + this.configuration.TWILIO_TIMEOUT_MS) };
    return this.sms.find(account, sms, between, (providerId) => this.deliveries.isOfAnother(row.id, providerId));
  }

  private async withText(row: DeliveryRow): Promise<Open> {
    const delivery = await this.lookups.delivery(row.programId, row.id);
    if (delivery.status === 'none') throw new Error(`delivery ${row.id} is in a read model and not in the record`);
    return { row, request: delivery.request, text: (await this.contents.message(delivery.request)).text };
  }

  private async all(status: 'requested' | 'claimed' | 'uncertain'): Promise<DeliveryRow[]> {
    const rows: DeliveryRow[] = [];
    for (let after: string | undefined; ; ) {
      const { documents, next } = await this.deliveries.inState(status, after);
      rows.push(...documents);
      if (next === null) return rows;
      after = next;
    }
  }

  /** The next look at the read model sees what was written. */
  private async record({ programId, id }: DeliveryRow, command: DeliveryWish): Promise<void> {
    const { position } = await this.commands.execute(new HandleDelivery(id, command, notifierContext(programId)));
    if (position !== null) await this.checkpoints.waitFor(deliveriesProjection.name, position, LONGEST_WAIT_MS);
  }
}
