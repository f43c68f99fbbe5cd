import { Injectable } from '@nestjs/common';
import type { CreatedProgram } from '@app/application';
import { EventLog } from '@app/eventing';
import type { Sms, SmsAccount } from '@app/gateways';
import { isErased, opened, type Recorded } from '@app/kernel';
import type {
  AutomatedTextSent,
  ConversationEvent,
  MessageReceived,
  MessageSent,
  NoteAdded,
  SnoozeEnded,
} from '@app/domain/conversation';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { Road } from '@app/domain/hold';

/**
 * What an email says: the text of a message; of a note only who wrote it, since its text is sent to nobody; of a snooze
 * that it has ended.
 */
export type MessageContent = { readonly contactId: string } & (
  { readonly text: string } | { readonly notedBy: string } | { readonly hasReturned: true }
);

/** Reads the content of a delivery from the event that it refers to: topics and deliveries hold no content. */
@Injectable()
export class MessageContents {
  constructor(private readonly eventLog: EventLog) {}

  /** @throws SourceMissing, ContentErased */
  async message({ source }: DeliveryRequested['data']): Promise<MessageContent> {
    const { type, data } = await this.event(source);
    if (type === 'SnoozeEnded') return { contactId: data.contactId, hasReturned: true };
    if (isErased(data.text)) throw new ContentErased();
    const { contactId } = data;
    return type === 'NoteAdded' ? { contactId, notedBy: data.by } : { contactId, text: data.text };
  }

  async isNote({ source }: Pick<DeliveryRequested['data'], 'source'>): Promise<boolean> {
    return (await this.event(source)).type === 'NoteAdded';
  }

  /** @throws SourceMissing, ContentErased */
  async text(
    { senders, credentials }: Pick<CreatedProgram, 'senders' | 'credentials'>,
    { source, route: road }: DeliveryRequested['data'],
  ): Promise<{ sms: Omit<Sms, 'statusCallback'>; account: SmsAccount; road: Exclude<Road, 'email'> }> {
    const event = await this.event(source);
    if (event.type !== 'MessageSent' && event.type !== 'AutomatedTextSent') throw new SourceMissing();
    const data = opened(event.data);
    if (!data) throw new ContentErased();
    const { route, to, text } = data;
    if (route === null || to === null) throw new SourceMissing();
    const sender = senders.find(({ senderId }) => senderId === route.senderId);
    if (!sender) throw new SourceMissing();
    if (isErased(sender.authToken)) throw new ContentErased();
    const { senderId, accountSid, authToken } = sender;
    return {
      sms: { from: route.from, to, text },
      account: { accountSid, authToken },
      road: { accountSid, senderId, country: road?.country ?? '', credentials },
    };
  }

  private async event({
    stream,
    revision,
  }: DeliveryRequested['data']['source']): Promise<
    Recorded<MessageSent | AutomatedTextSent | MessageReceived | NoteAdded | SnoozeEnded>
  > {
    const event = await this.eventLog.at<ConversationEvent>(stream, revision);
    switch (event?.type) {
      case 'MessageSent':
      case 'AutomatedTextSent':
      case 'MessageReceived':
      case 'NoteAdded':
      case 'SnoozeEnded':
        return event;
      default:
        throw new SourceMissing();
    }
  }
}

/** The event that a delivery refers to is not a message: a defect, since both come from the same event. */
export class SourceMissing extends Error {
  override readonly name: string = 'SourceMissing';
}

/** The text, the address or the token was erased, so nothing is sent. */
export class ContentErased extends SourceMissing {
  override readonly name = 'ContentErased';
}
