import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { HandleDelivery, HandleNotification, ids, KeyMustWait, Lookups } from '@app/application';
import { Checkpoints, Journal, naturalId, type CommandContext } from '@app/eventing';
import { unlessErased } from '@app/kernel';
import type { ConversationEvent, TextRoute } from '@app/domain/conversation';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { NotifiedPerson } from '@app/domain/notification';
import { isSame } from '@app/domain/parked';
import type { PublicConversationEvent } from '@app/public-events';
import { MemberQueries, membersProjection } from '@app/read-models';
import { notifierContext } from './notifier-context.js';

type Message = Extract<PublicConversationEvent, { messageId: string }>;

/** Name of the worker that handles the topic's messages. */
export const NOTIFIER = 'notifier';

const LONGEST_WAIT_MS = 1_000;
const HOUR_MS = 60 * 60 * 1000;
/** After this a text is dropped and not sent late. */
const TEXT_LIFETIME_MS = 24 * HOUR_MS;
const EMAIL_LIFETIME_MS = 72 * HOUR_MS;

/** Turns what the topic says into requested deliveries; one for each message, person and channel, however often it is said. */
@Injectable()
export class DeliveryRequests {
  /** The read model of the staff was behind when it was last needed; then nobody waits for it again. */
  private isBehind = false;

  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly members: MemberQueries,
  ) {}

  /** Whether anybody may have to be told of it. */
  static concerns({ type }: PublicConversationEvent): boolean {
    return type === 'message.automated' || type === 'message.sent' || type === 'message.received';
  }

  /** Emails to the staff may have to wait for a read model. The conversation's texts and its emails to the contact do not wait for them. */
  static keyOf(event: PublicConversationEvent): string {
    return event.type === 'message.received' ? `${event.conversationId} to staff` : event.conversationId;
  }

  async requestFor(event: PublicConversationEvent): Promise<void> {
    switch (event.type) {
      case 'message.automated':
        return this.requestText(event, 'opt-in-request');
      case 'message.sent':
        return event.channel === 'sms' ? this.requestText(event, 'person') : this.requestEmails(event, () => this.contactWithEmail(event));
      case 'message.received':
        return event.channel === 'in-app' ? this.requestEmails(event, () => this.staffOf(event)) : undefined;
      case 'message.refused':
      case 'conversation.started':
      case 'conversation.archived':
      case 'conversation.deleted':
        return;
    }
  }

  /** Whether everybody who has to be told of it will be: the deliveries are requested, or it waits where somebody looks after it. */
  async isDone(event: PublicConversationEvent): Promise<boolean> {
    if (!('messageId' in event) || event.type === 'message.refused') return true;
    if (event.type === 'message.received' && event.channel === 'sms') return true;
    return (await (event.channel === 'sms' ? this.isTextRequested(event) : this.areEmailsRequested(event))) || this.isParked(event);
  }

  private async isTextRequested(event: Message): Promise<boolean> {
    return (await this.isRequested(event, event.contactId, 'sms')) || (await this.textSource(event)) === null;
  }

  private async areEmailsRequested(event: Message): Promise<boolean> {
    const { people } = await this.lookups.notification(event.programId, event.messageId);
    if (people === null) return false;
    for (const { id } of people) if (!(await this.isRequested(event, id, 'email'))) return false;
    return true;
  }

  private async isRequested({ programId, messageId }: Message, recipientId: string, channel: 'sms' | 'email'): Promise<boolean> {
    return (await this.lookups.delivery(programId, ids.delivery(messageId, recipientId, channel))).status !== 'none';
  }

  private async isParked(event: Message): Promise<boolean> {
    const { programId, conversationId, revision } = event;
    const { waiting } = await this.lookups.parked(programId, ids.parked(programId, NOTIFIER, DeliveryRequests.keyOf(event)));
    return waiting.some(isSame({ stream: `conversation-${conversationId}`, revision }));
  }

  private async requestText(event: Message, lane: 'person' | 'opt-in-request'): Promise<void> {
    const source = await this.textSource(event);
    if (!source) return;
    const { addressId, senderId } = source.route;
    await this.request(event, { kind: 'contact', id: event.contactId }, { channel: 'sms', lane, consentOf: { addressId, senderId }, route: { senderId, country: callingCode(source.to) } });
  }

  /** Where the text goes; `null` when the event is no text. */
  private async textSource({ conversationId, revision }: Message): Promise<{ readonly route: TextRoute; readonly to: string | null } | null> {
    const source = await this.journal.at<ConversationEvent>(`conversation-${conversationId}`, revision);
    if (!source || (source.type !== 'MessageSent' && source.type !== 'AutomatedTextSent') || !source.data.route) return null;
    return { route: source.data.route, to: unlessErased(source.data.to, null) };
  }

  private async requestEmails(event: Message, decide: () => Promise<readonly NotifiedPerson[]>): Promise<void> {
    const decided = async (): Promise<readonly NotifiedPerson[] | null> => (await this.lookups.notification(event.programId, event.messageId)).people;
    if ((await decided()) === null) {
      const data = { messageId: event.messageId, conversationId: event.conversationId, people: await decide() };
      await this.commands.execute(new HandleNotification(event.messageId, { type: 'DecideNotification', data }, notifierContext(event.programId)));
    }
    for (const person of (await decided()) ?? []) await this.request(event, person, { channel: 'email', lane: 'notification', consentOf: null, route: null });
  }

  private async contactWithEmail({ programId, contactId }: Message): Promise<NotifiedPerson[]> {
    const { emails } = await this.lookups.contact(programId, contactId);
    return unlessErased(emails, []).length > 0 ? [{ kind: 'contact', id: contactId }] : [];
  }

  /** Those whose conversation it is; one that is nobody's is for owners and managers. @throws StaffNotKnownYet */
  private async staffOf(event: Message): Promise<NotifiedPerson[]> {
    const { status, staff } = await this.lookups.conversation(event.programId, event.conversationId);
    if (status === 'deleted') return [];
    // From the record: what a read model is not needed for must not wait for it.
    const theirs = (await Promise.all(staff.map((userId) => this.lookups.member(event.programId, userId)))).filter((member) => member !== null);
    const told = theirs.length > 0 ? theirs : await this.ownersAndManagers(event);
    return told.map(({ userId }) => ({ kind: 'member', id: userId }));
  }

  /** The read model may be behind, or empty while it is built anew: then the message waits and nobody is passed over. */
  private async ownersAndManagers({ programId, conversationId, revision }: Message): Promise<{ readonly userId: string }[]> {
    const source = await this.journal.at(`conversation-${conversationId}`, revision);
    this.isBehind = source !== undefined && !(await this.checkpoints.waitFor(membersProjection.name, source.position, this.isBehind ? 0 : LONGEST_WAIT_MS));
    if (this.isBehind) throw new StaffNotKnownYet();
    return (await this.members.all(programId)).filter(({ role }) => role !== 'agent');
  }

  private async request(event: Message, recipient: NotifiedPerson, how: Pick<DeliveryRequested['data'], 'channel' | 'lane' | 'consentOf' | 'route'>): Promise<void> {
    const deliveryId = ids.delivery(event.messageId, recipient.id, how.channel);
    const lifetime = how.channel === 'sms' ? TEXT_LIFETIME_MS : EMAIL_LIFETIME_MS;
    const data: DeliveryRequested['data'] = {
      deliveryId,
      ...how,
      messageId: event.messageId,
      conversationId: event.conversationId,
      recipient,
      source: { stream: `conversation-${event.conversationId}`, revision: event.revision },
      notBefore: new Date(event.occurredAt).toISOString(),
      expiresAt: new Date(Date.parse(event.occurredAt) + lifetime).toISOString(),
    };
    await this.commands.execute(new HandleDelivery(deliveryId, { type: 'RequestDelivery', data }, deliveryContext(event, `request ${deliveryId}`)));
  }
}

/** Of a number in E.164; empty for one that cannot be read. */
const callingCode = (phone: string | null): string => (phone === null ? '' : (parsePhoneNumberFromString(phone)?.countryCallingCode ?? ''));

/** The same event asks for the same delivery under the same command id. */
const deliveryContext = (event: Message, purpose: string): CommandContext => ({
  ...notifierContext(event.programId),
  commandId: naturalId('notifier', event.id, purpose),
  causationId: event.id,
  isDerived: true,
});

/** The message is handled again when the read model of the staff has come that far. */
export class StaffNotKnownYet extends KeyMustWait {
  override readonly name = 'StaffNotKnownYet';
}
