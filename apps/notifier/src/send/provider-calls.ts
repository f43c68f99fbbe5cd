import { Injectable } from '@nestjs/common';
import type { CreatedProgram } from '@app/application';
import { EmailGateway, SmsGateway, type SendOutcome } from '@app/gateways';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { Road } from '@app/domain/hold';
import { PublicAddress } from '@app/platform';
import { EmailComposer } from './email-composer.js';
import { MessageContents } from './message-content.js';

/** A call to a provider that is ready to be made, and the road it takes. */
export type ProviderCall = { readonly call: () => Promise<SendOutcome>; readonly road: Road };

/** Prepares the call that sends a delivery: its content, its addresses, and the gateway. */
@Injectable()
export class ProviderCalls {
  constructor(
    private readonly contents: MessageContents,
    private readonly composer: EmailComposer,
    private readonly sms: SmsGateway,
    private readonly email: EmailGateway,
    private readonly address: PublicAddress,
  ) {}

  /** @throws SourceMissing, ContentErased */
  async prepare(program: CreatedProgram, request: DeliveryRequested['data'], claimId: string): Promise<ProviderCall> {
    if (request.channel === 'email') {
      const email = await this.composer.compose(program, request, await this.contents.message(request));
      const call: ProviderCall['call'] = email
        ? () => this.email.send(email)
        : () => Promise.resolve({ kind: 'refused', code: 'NoAddress', reason: 'The recipient has no email address' });
      return { call, road: 'email' };
    }
    const { sms, account, road } = await this.contents.text(program, request);
    const statusCallback = `${await this.address.url}/webhooks/twilio/${program.programId}/status/${claimId}`;
    return { call: () => this.sms.send(account, { ...sms, statusCallback }), road };
  }
}
