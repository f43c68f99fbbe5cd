import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { EventUnreadable } from '@app/eventing';
import { EmailGateway, SmsGateway, type FoundOutcome } from '@app/gateways';
import type { DeliveryRequested } from '@app/domain/delivery';
import { Configuration } from '@app/platform';
import { DeliveryQueries, isOpen, type DeliveryRow } from '@app/read-models';
import { MessageContents, SourceMissing } from '../send/message-content.js';
import { DeliveriesModel } from './deliveries-model.js';

/** A text may have been claimed so much earlier than the provider's time says. */
const SKEW_MS = 5 * 60_000;

/** Looks for a delivery among what the provider has sent. */
@Injectable()
export class ProviderLists {
  constructor(
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly model: DeliveriesModel,
    private readonly contents: MessageContents,
    private readonly sms: SmsGateway,
    private readonly email: EmailGateway,
    private readonly configuration: Configuration,
  ) {}

  async find(row: DeliveryRow, request: DeliveryRequested['data']): Promise<FoundOutcome> {
    if (row.channel === 'email') return this.email.find(row.id);
    const { sms, account } = await this.contents.text(await this.lookups.program(row.programId), request);
    const from = new Date(row.claimedAt ?? 0);
    const between = { from, to: new Date(from.getTime() + this.configuration.TWILIO_TIMEOUT_MS) };
    return this.sms.find(account, sms, between, (providerMessageId) =>
      this.mayBeAnother(row, sms.text, providerMessageId),
    );
  }

  /**
   * Whether a listed text belongs, or may belong, to another attempt: two equal open texts to one address cannot be
   * told apart. Called after the list was read, since each listed text was claimed before.
   */
  private async mayBeAnother(row: DeliveryRow, text: string, providerMessageId: string): Promise<boolean> {
    if (!(await this.model.isCurrent(row.programId))) return true;
    const since = new Date(Date.parse(row.claimedAt ?? '') - SKEW_MS).toISOString();
    const others = await this.deliveries.ofAddressee(row.programId, row.addressee, since);
    if (others === null || others.some((other) => hasAttempt(other, providerMessageId))) return true;
    for (const other of others) {
      if (other.id === row.id || !isOpen(other.status)) continue;
      const delivery = await this.lookups.delivery(other.programId, other.id);
      if (delivery.status !== 'none' && (await this.maySay(delivery.request, text))) return true;
    }
    return false;
  }

  /** An unreadable text may be equal. An erased one can no longer be compared. */
  private async maySay(request: DeliveryRequested['data'], text: string): Promise<boolean> {
    try {
      const content = await this.contents.message(request);
      return 'text' in content && content.text === text;
    } catch (error) {
      if (error instanceof SourceMissing) return false;
      if (error instanceof EventUnreadable) return true;
      throw error;
    }
  }
}

const hasAttempt = ({ attempts: { newest, earlier } }: DeliveryRow, providerMessageId: string): boolean =>
  newest?.providerMessageId === providerMessageId ||
  earlier.some((attempt) => attempt.providerMessageId === providerMessageId);
