import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleDelivery, ids, Lookups, system } from '@app/application';
import { Checkpoints, Journal, naturalId, type CommandContext } from '@app/eventing';
import type { ConversationEvent } from '@app/domain/conversation';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { PublicConversationEvent } from '@app/public-events';
import { MemberQueries, membersProjection } from '@app/read-models';

type Message = Extract<PublicConversationEvent, { messageId: string }>;
type Recipient = DeliveryRequested['data']['recipient'];

const LONGEST_WAIT_MS = 5_000;
const HOUR_MS = 60 * 60 * 1000;
/** After this a text is dropped and not sent late. */
const TEXT_LIFETIME_MS = 24 * HOUR_MS;
const EMAIL_LIFETIME_MS = 72 * HOUR_MS;

/** Turns what the topic says into requested deliveries; one for each message, person and channel, however often it is said. */
@Injectable()
export class DeliveryRequests {
  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly members: MemberQueries,
  ) {}

  async requestFor(event: PublicConversationEvent): Promise<void> {
    switch (event.type) {
      case 'message.automated':
        return this.requestText(event, 'opt-in-request');
      case 'message.sent':
        return event.channel === 'sms' ? this.requestText(event, 'person') : this.requestEmailToContact(event);
      case 'message.received':
        return event.channel === 'in-app' ? this.requestEmailsToStaff(event) : undefined;
      case 'message.refused':
      case 'conversation.started':
      case 'conversation.archived':
        return;
    }
  }

  private async requestText(event: Message, lane: 'person' | 'opt-in-request'): Promise<void> {
    const source = await this.journal.at<ConversationEvent>(`conversation-${event.conversationId}`, event.revision);
    if (!source || (source.type !== 'MessageSent' && source.type !== 'AutomatedTextSent') || !source.data.route) return;
    const { addressId, senderId } = source.data.route;
    await this.request(event, { kind: 'contact', id: event.contactId }, { channel: 'sms', lane, consentId: ids.consent(event.programId, addressId, senderId) });
  }

  private async requestEmailToContact(event: Message): Promise<void> {
    const { emails } = await this.lookups.contact(event.programId, event.contactId);
    if (emails.length > 0) await this.request(event, { kind: 'contact', id: event.contactId }, { channel: 'email', lane: 'notification', consentId: null });
  }

  /** Those whose conversation it is; one that is nobody's is for owners and managers. */
  private async requestEmailsToStaff(event: Message): Promise<void> {
    const { staff } = await this.lookups.conversation(event.programId, event.conversationId);
    await this.staffIsKnown(event);
    const members = await this.members.all(event.programId);
    const theirs = members.filter(({ userId }) => staff.includes(userId));
    const recipients = theirs.length > 0 ? theirs : members.filter(({ role }) => role !== 'agent');
    for (const { userId } of recipients)
      await this.request(event, { kind: 'member', id: userId }, { channel: 'email', lane: 'notification', consentId: null });
  }

  /** The read model may be behind, or empty while it is built anew: then the message waits and nobody is passed over. @throws StaffNotKnownYet */
  private async staffIsKnown({ conversationId, revision }: Message): Promise<void> {
    const source = await this.journal.at(`conversation-${conversationId}`, revision);
    if (source && !(await this.checkpoints.waitFor(membersProjection.name, source.position, LONGEST_WAIT_MS))) throw new StaffNotKnownYet();
  }

  private async request(event: Message, recipient: Recipient, how: Pick<DeliveryRequested['data'], 'channel' | 'lane' | 'consentId'>): Promise<void> {
    const deliveryId = ids.delivery(event.messageId, recipient.id, how.channel);
    const lifetime = how.channel === 'sms' ? TEXT_LIFETIME_MS : EMAIL_LIFETIME_MS;
    const data: DeliveryRequested['data'] = {
      deliveryId,
      ...how,
      messageId: event.messageId,
      conversationId: event.conversationId,
      recipient,
      source: { stream: `conversation-${event.conversationId}`, revision: event.revision },
      notBefore: event.occurredAt,
      expiresAt: new Date(Date.parse(event.occurredAt) + lifetime).toISOString(),
    };
    await this.commands.execute(new HandleDelivery(deliveryId, { type: 'RequestDelivery', data }, deliveryContext(event, `request ${deliveryId}`)));
  }
}

const deliveryContext = (event: Message, purpose: string): CommandContext => ({
  programId: event.programId,
  actor: system('notifier'),
  commandId: naturalId('notifier', event.id, purpose),
  correlationId: event.id,
  causationId: event.id,
  occurredAt: event.occurredAt,
});

/** The message is handled again. */
export class StaffNotKnownYet extends Error {
  override readonly name = 'StaffNotKnownYet';
}
