import { Injectable } from '@nestjs/common';
import { ids, Lookups, Parking } from '@app/application';
import { streamOf, type Recorded } from '@app/kernel';
import { conversationAggregate, type ConversationEvent } from '@app/domain/conversation';
import { PUBLISHER, type PublicConversationEvent } from '@app/public-events';
import { NOTIFIER, parkingKey } from './parking-key.js';
import { Recipients } from './recipients.js';
import { notifiable, type MessageEvent } from './recorded-messages.js';
import { textRoute } from './text-route.js';

/** Tells messages whose deliveries were requested from those that the topic has lost. */
@Injectable()
export class RequestCheck {
  constructor(
    private readonly lookups: Lookups,
    private readonly recipients: Recipients,
    private readonly parking: Parking,
  ) {}

  /** Whether every delivery of the message is requested, or the message is parked. @throws EventUnreadable */
  async isDone(published: PublicConversationEvent, source: Recorded<ConversationEvent>): Promise<boolean> {
    const event = notifiable(published);
    if (event === null) return true;
    if (event.type === 'message.received' && event.channel === 'sms') return true;
    const isRequested =
      'channel' in event && event.channel === 'sms'
        ? await this.isTextRequested(event, source)
        : await this.areEmailsRequested(event, source);
    return isRequested || this.isParked(event);
  }

  private async isTextRequested(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<boolean> {
    return textRoute(source) === null || this.isRequested(event, event.contactId, 'sms');
  }

  private async areEmailsRequested(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<boolean> {
    const people = await this.recipients.decided(event, source);
    if (people === null) return false;
    for (const { id } of people) if (!(await this.isRequested(event, id, 'email'))) return false;
    return true;
  }

  private async isRequested(
    { programId, messageId }: MessageEvent,
    recipientId: string,
    channel: 'sms' | 'email',
  ): Promise<boolean> {
    const delivery = await this.lookups.knownDelivery(programId, ids.delivery(messageId, recipientId, channel));
    return delivery.status !== 'none';
  }

  private async isParked(event: MessageEvent): Promise<boolean> {
    const { programId, conversationId, revision } = event;
    const stream = streamOf(conversationAggregate, conversationId);
    const places = [
      { worker: NOTIFIER, key: parkingKey(event) },
      { worker: PUBLISHER, key: stream },
    ];
    for (const place of places) if (await this.parking.isWaiting(programId, place, { stream, revision })) return true;
    return false;
  }
}
