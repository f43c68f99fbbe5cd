import { Injectable } from '@nestjs/common';
import type { CreatedProgram } from '@app/application';
import { SmsGateway } from '@app/gateways';
import type { Delivery } from '@app/domain/delivery';
import { PublicAddress } from '@app/platform';
import { Emails } from './emails.js';
import { MessageContents } from './message-content.js';
import type { Prepared } from './prepared.js';

/** Prepares the call that sends a delivery: its content, its addresses, and the gateway. */
@Injectable()
export class ProviderCalls {
  constructor(
    private readonly contents: MessageContents,
    private readonly emails: Emails,
    private readonly sms: SmsGateway,
    private readonly address: PublicAddress,
  ) {}

  /** @throws SourceMissing, ContentErased, DeliveryNotDue */
  async prepare(
    program: CreatedProgram,
    delivery: Exclude<Delivery, { status: 'none' }>,
    claimId: string,
  ): Promise<Prepared> {
    if (delivery.request.channel === 'email') return this.emails.prepare(program, delivery);
    const { sms, account, road } = await this.contents.text(program, delivery.request);
    const statusCallback = `${await this.address.url}/webhooks/twilio/${program.programId}/status/${claimId}`;
    return { call: () => this.sms.send(account, { ...sms, statusCallback }), road };
  }
}
