import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { HandleDelivery, ids } from '@app/application';
import { EventUnreadable, naturalId, Unopened, type CommandContext } from '@app/eventing';
import { streamOf, type Recorded } from '@app/kernel';
import { conversationAggregate, type ConversationEvent } from '@app/domain/conversation';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { NotifiedPerson } from '@app/domain/notification';
import type { PublicConversationEvent } from '@app/public-events';
import { notifierContext } from '../notifier-context.js';
import { Recipients } from './recipients.js';
import { notifiable, type MessageEvent, type RecordedMessage } from './recorded-messages.js';
import { textRoute } from './text-route.js';

const HOUR_MS = 60 * 60 * 1000;
/** After this a text is dropped and not sent late. */
const TEXT_LIFETIME_MS = 24 * HOUR_MS;
const EMAIL_LIFETIME_MS = 72 * HOUR_MS;

/** Requests one delivery for each message, person and channel, however often a message comes. */
@Injectable()
export class DeliveryRequests {
  constructor(
    private readonly commands: CommandBus,
    private readonly recipients: Recipients,
  ) {}

  /** Whether a message of this kind may need a delivery. */
  static concerns(event: PublicConversationEvent): boolean {
    return notifiable(event) !== null;
  }

  /** @throws EventUnreadable, StaffNotKnownYet */
  async requestFor({ event: published, source }: RecordedMessage): Promise<void> {
    if (source instanceof Unopened) throw new EventUnreadable(source);
    const event = notifiable(published);
    if (event === null) return;
    switch (event.type) {
      case 'message.automated':
        return this.requestText(event, source, 'opt-in-request');
      case 'message.sent':
        return event.channel === 'sms'
          ? this.requestText(event, source, 'person')
          : this.requestEmails(event, await this.recipients.contactOf(event, source));
      case 'message.received':
        return event.channel === 'in-app'
          ? this.requestEmails(event, await this.recipients.staffOf(event, source))
          : undefined;
      case 'note.added':
        return this.requestEmails(event, await this.recipients.mentionedIn(event, source));
      case 'conversation.unsnoozed':
        return this.requestEmails(event, await this.recipients.returnedTo(event, source));
    }
  }

  private async requestText(
    event: MessageEvent,
    source: Recorded<ConversationEvent>,
    lane: 'person' | 'opt-in-request',
  ): Promise<void> {
    const text = textRoute(source);
    if (!text) return;
    const { addressId, senderId } = text.route;
    await this.request(
      event,
      { kind: 'contact', id: event.contactId },
      { channel: 'sms', lane, consentOf: { addressId, senderId }, route: { senderId, country: callingCode(text.to) } },
    );
  }

  private async requestEmails(event: MessageEvent, people: readonly NotifiedPerson[]): Promise<void> {
    for (const person of people)
      await this.request(event, person, { channel: 'email', lane: 'notification', consentOf: null, route: null });
  }

  private async request(
    event: MessageEvent,
    recipient: NotifiedPerson,
    how: Pick<DeliveryRequested['data'], 'channel' | 'lane' | 'consentOf' | 'route'>,
  ): Promise<void> {
    const deliveryId = ids.delivery(event.messageId, recipient.id, how.channel);
    const lifetime = how.channel === 'sms' ? TEXT_LIFETIME_MS : EMAIL_LIFETIME_MS;
    const data: DeliveryRequested['data'] = {
      deliveryId,
      ...how,
      messageId: event.messageId,
      conversationId: event.conversationId,
      recipient,
      source: { stream: streamOf(conversationAggregate, event.conversationId), revision: event.revision },
      notBefore: new Date(event.occurredAt).toISOString(),
      expiresAt: new Date(Date.parse(event.occurredAt) + lifetime).toISOString(),
    };
    const intent = { type: 'RequestDelivery', data } as const;
    await this.commands.execute(
      new HandleDelivery(deliveryId, intent, deliveryContext(event, `request ${deliveryId}`)),
    );
  }
}

/** Of a number in E.164; empty for one that cannot be read. */
const callingCode = (phone: string | null): string =>
  phone === null ? '' : (parsePhoneNumberFromString(phone)?.countryCallingCode ?? '');

/** The same event asks for the same delivery under the same command id. */
const deliveryContext = (event: MessageEvent, purpose: string): CommandContext => ({
  ...notifierContext(event.programId),
  commandId: naturalId('notifier', event.id, purpose),
  causationId: event.id,
  isDerived: true,
});
