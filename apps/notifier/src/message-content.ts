import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { Journal, type Sms, type SmsAccount } from '@app/eventing';
import type { ConversationEvent } from '@app/domain/conversation';
import type { DeliveryRequested } from '@app/domain/delivery';

export type MessageContent = { readonly contactId: string; readonly text: string };

/** Reads what a delivery carries from the record, by place: topics and deliveries hold no content. */
@Injectable()
export class MessageContents {
  constructor(
    private readonly journal: Journal,
    private readonly lookups: Lookups,
  ) {}

  /** @throws SourceMissing */
  async message({ source }: DeliveryRequested['data']): Promise<MessageContent> {
    const { contactId, text } = (await this.event(source)).data;
    return { contactId, text };
  }

  /** @throws SourceMissing */
  async text(programId: string, { source }: DeliveryRequested['data']): Promise<{ sms: Omit<Sms, 'statusCallback'>; account: SmsAccount }> {
    const event = await this.event(source);
    if (event.type === 'MessageReceived' || event.data.route === null || event.data.to === null) throw new SourceMissing();
    const { route, to, text } = event.data;
    const sender = (await this.lookups.program(programId)).senders.find(({ senderId }) => senderId === route.senderId);
    if (!sender) throw new SourceMissing();
    return { sms: { from: route.from, to, text }, account: { accountSid: sender.accountSid, authToken: sender.authToken } };
  }

  private async event({ stream, revision }: DeliveryRequested['data']['source']) {
    const event = await this.journal.at<ConversationEvent>(stream, revision);
    if (event?.type === 'MessageSent' || event?.type === 'AutomatedTextSent' || event?.type === 'MessageReceived') return event;
    throw new SourceMissing();
  }
}

/** What a delivery refers to is not a message: a defect, since both are in the record. */
export class SourceMissing extends Error {
  override readonly name = 'SourceMissing';
}
