import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { HandleDelivery, HandleNotification, ids, KeyMustWait, Lookups, Parking } from '@app/application';
import {
  Checkpoints,
  EventUnreadable,
  EventLog,
  naturalId,
  Unopened,
  type CommandContext,
  type Followable,
} from '@app/eventing';
import { unlessErased, type Position, type Recorded, streamOf } from '@app/kernel';
import {
  concernedStaff,
  conversationAggregate,
  type ConversationEvent,
  type TextRoute,
} from '@app/domain/conversation';
import type { DeliveryRequested } from '@app/domain/delivery';
import { isMuted, muteAggregate } from '@app/domain/mute';
import type { NotifiedPerson } from '@app/domain/notification';
import { CONVERSATIONS_TOPIC, PUBLISHER, toPublic, type PublicConversationEvent } from '@app/public-events';
import { MemberQueries, membersProjection } from '@app/read-models';
import { notifierContext } from '../notifier-context.js';

type Message = Extract<PublicConversationEvent, { messageId: string }>;

/** Name of the worker that handles the topic's messages. */
export const NOTIFIER = 'notifier';

const LONGEST_WAIT_MS = 1_000;
const HOUR_MS = 60 * 60 * 1000;
/** After this a text is dropped and not sent late. */
const TEXT_LIFETIME_MS = 24 * HOUR_MS;
const EMAIL_LIFETIME_MS = 72 * HOUR_MS;

/** What a topic message is about, as the record has it. */
export type RecordedMessage = {
  readonly event: PublicConversationEvent;
  readonly source: Followable<ConversationEvent>;
};

/** Turns what the topic says into requested deliveries; one for each message, person and channel, however often it is said. */
@Injectable()
export class DeliveryRequests {
  /** The read model of the staff was behind when it was last needed; then nobody waits for it again. */
  private isBehind = false;
  private readonly logger = new Logger(DeliveryRequests.name);

  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly members: MemberQueries,
    private readonly parking: Parking,
  ) {}

  /** Whether anybody may have to be told of it. */
  static concerns({ type }: PublicConversationEvent): boolean {
    return type === 'message.automated' || type === 'message.sent' || type === 'message.received';
  }

  /** Emails to the staff may have to wait for a read model. The conversation's texts and its emails to the contact do not wait for them. */
  static keyOf(event: PublicConversationEvent): string {
    return event.type === 'message.received' ? `${event.conversationId} to staff` : event.conversationId;
  }

  /**
   * What the record holds of a topic message, which only says where to look: whoever can write there can request nothing.
   * @returns `null` when the record holds no such event
   */
  async find(told: PublicConversationEvent): Promise<RecordedMessage | null> {
    const source = await this.eventOf(told);
    const legible = source instanceof Unopened ? source.legible : source;
    const event = legible && toPublic(legible as Recorded<ConversationEvent>);
    if (source && event && isOf(event, told)) return { event, source };
    // Nobody can tell now what it is, as when a newer version wrote it: it waits until somebody can.
    if (source instanceof Unopened && !legible && source.programId === told.programId) return { event: told, source };
    // Nothing of the message itself: whoever wrote it may have written anything.
    this.logger.warn({
      event: 'topic message refused',
      topic: CONVERSATIONS_TOPIC,
      why: 'the record holds no such event',
    });
    return null;
  }

  /** @throws EventUnreadable */
  async requestFor({ event, source }: RecordedMessage): Promise<void> {
    if (source instanceof Unopened) throw new EventUnreadable(source);
    switch (event.type) {
      case 'message.automated':
        return this.requestText(event, source, 'opt-in-request');
      case 'message.sent':
        return event.channel === 'sms'
          ? this.requestText(event, source, 'person')
          : this.requestEmailToContact(event, source);
      case 'message.received':
        return event.channel === 'in-app' ? this.requestEmails(event, () => this.staffOf(event, source)) : undefined;
      case 'message.refused':
      case 'conversation.started':
      case 'conversation.archived':
      case 'conversation.assigned':
      case 'conversation.deleted':
        return;
    }
  }

  /** Whether everybody who has to be told of it will be: the deliveries are requested, or it waits where somebody looks after it. @throws EventUnreadable */
  async isDone(event: PublicConversationEvent, source: Recorded<ConversationEvent>): Promise<boolean> {
    if (!('messageId' in event) || event.type === 'message.refused') return true;
    if (event.type === 'message.received' && event.channel === 'sms') return true;
    return (
      (await (event.channel === 'sms'
        ? this.isTextRequested(event, source)
        : this.areEmailsRequested(event, source))) || this.isParked(event)
    );
  }

  private async isTextRequested(event: Message, source: Recorded<ConversationEvent>): Promise<boolean> {
    return textOf(source) === null || this.isRequested(event, event.contactId, 'sms');
  }

  private async areEmailsRequested(event: Message, source: Recorded<ConversationEvent>): Promise<boolean> {
    const decided = notifiedContact(source);
    const people = decided ?? (await this.lookups.notification(event.programId, event.messageId)).people;
    if (people === null) return false;
    for (const { id } of people) if (!(await this.isRequested(event, id, 'email'))) return false;
    return true;
  }

  private async isRequested(
    { programId, messageId }: Message,
    recipientId: string,
    channel: 'sms' | 'email',
  ): Promise<boolean> {
    return (
      (await this.lookups.knownDelivery(programId, ids.delivery(messageId, recipientId, channel))).status !== 'none'
    );
  }

  private async isParked(event: Message): Promise<boolean> {
    const { programId, conversationId, revision } = event;
    const stream = streamOf(conversationAggregate, conversationId);
    const places = [
      { worker: NOTIFIER, key: DeliveryRequests.keyOf(event) },
      { worker: PUBLISHER, key: stream },
    ];
    for (const place of places) if (await this.parking.isWaiting(programId, place, { stream, revision })) return true;
    return false;
  }

  private async eventOf({
    conversationId,
    revision,
  }: PublicConversationEvent): Promise<Followable<ConversationEvent> | null> {
    if (!Number.isSafeInteger(revision) || revision < 0) return null;
    try {
      return (
        (await this.eventLog.at<ConversationEvent>(streamOf(conversationAggregate, conversationId), revision)) ?? null
      );
    } catch (error) {
      if (error instanceof EventUnreadable) return error.event;
      throw error;
    }
  }

  private async requestText(
    event: Message,
    source: Recorded<ConversationEvent>,
    lane: 'person' | 'opt-in-request',
  ): Promise<void> {
    const text = textOf(source);
    if (!text) return;
    const { addressId, senderId } = text.route;
    await this.request(
      event,
      { kind: 'contact', id: event.contactId },
      { channel: 'sms', lane, consentOf: { addressId, senderId }, route: { senderId, country: callingCode(text.to) } },
    );
  }

  private async requestEmailToContact(event: Message, source: Recorded<ConversationEvent>): Promise<void> {
    const decided = notifiedContact(source);
    if (decided === null) return this.requestEmails(event, () => this.contactWithEmail(event));
    for (const person of decided) await this.requestEmail(event, person);
  }

  private async requestEmails(event: Message, decide: () => Promise<readonly NotifiedPerson[]>): Promise<void> {
    const decided = async (): Promise<readonly NotifiedPerson[] | null> =>
      (await this.lookups.notification(event.programId, event.messageId)).people;
    for (const person of (await decided()) ??
      (await this.decideNotification(event, await decide())) ??
      (await decided()) ??
      [])
      await this.requestEmail(event, person);
  }

  private requestEmail(event: Message, person: NotifiedPerson): Promise<void> {
    return this.request(event, person, { channel: 'email', lane: 'notification', consentOf: null, route: null });
  }

  /** @returns whom the decision names; `null` when another process has decided meanwhile */
  private async decideNotification(
    { programId, messageId, conversationId }: Message,
    people: readonly NotifiedPerson[],
  ): Promise<readonly NotifiedPerson[] | null> {
    const intent = { type: 'DecideNotification', data: { messageId, conversationId, people } } as const;
    const { events } = await this.commands.execute(
      new HandleNotification(messageId, intent, notifierContext(programId)),
    );
    return events.length > 0 ? people : null;
  }

  private async contactWithEmail({ programId, contactId }: Message): Promise<NotifiedPerson[]> {
    const { emails } = await this.lookups.contact(programId, contactId);
    return unlessErased(emails, []).length > 0 ? [{ kind: 'contact', id: contactId }] : [];
  }

  /**
   * Those whose conversation it is; one that is nobody's is for owners and managers. Who muted it is left out, and who asked for its
   * alerts is added. @throws StaffNotKnownYet
   */
  private async staffOf(event: Message, source: Recorded<ConversationEvent>): Promise<NotifiedPerson[]> {
    const conversation = await this.lookups.conversation(event.programId, event.conversationId);
    if (conversation.status === 'deleted') return [];
    // From the record: what a read model is not needed for must not wait for it.
    const theirs = (
      await Promise.all(concernedStaff(conversation).map((userId) => this.lookups.member(event.programId, userId)))
    ).filter((member) => member !== null);
    const told = theirs.length > 0 ? theirs : await this.ownersAndManagers(event.programId, source.position);
    const mutes = await this.lookups.load(muteAggregate, event.conversationId, event.programId);
    const choices = mutes?.choices ?? {};
    const at = event.occurredAt;
    const isTold = (userId: string, isTheirs: boolean): boolean => !isMuted(choices[userId], isTheirs, at);
    const others = Object.keys(choices).filter((userId) => !told.some((member) => member.userId === userId));
    const asked = await Promise.all(
      others.filter((userId) => isTold(userId, false)).map((userId) => this.lookups.member(event.programId, userId)),
    );
    return [...told.filter(({ userId }) => isTold(userId, true)), ...asked.filter((member) => member !== null)].map(
      ({ userId }) => ({ kind: 'member', id: userId }),
    );
  }

  /** The read model may be behind, or empty while it is built anew: then the message waits and nobody is passed over. */
  private async ownersAndManagers(programId: string, position: Position): Promise<{ readonly userId: string }[]> {
    this.isBehind = !(await this.checkpoints.waitFor(
      membersProjection.name,
      position,
      this.isBehind ? 0 : LONGEST_WAIT_MS,
    ));
    if (this.isBehind) throw new StaffNotKnownYet();
    return (await this.members.all(programId)).filter(({ role }) => role !== 'agent');
  }

  private async request(
    event: Message,
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
    await this.commands.execute(
      new HandleDelivery(
        deliveryId,
        { type: 'RequestDelivery', data },
        deliveryContext(event, `request ${deliveryId}`),
      ),
    );
  }
}

/** Where the text goes; `null` when the event is no text. */
const textOf = ({ type, data }: ConversationEvent): { readonly route: TextRoute; readonly to: string | null } | null =>
  (type === 'MessageSent' || type === 'AutomatedTextSent') && data.route
    ? { route: data.route, to: unlessErased(data.to, null) }
    : null;

/** Whom a message in the app says it is to be told to; `null` where it says nothing. */
const notifiedContact = ({ type, data }: ConversationEvent): readonly NotifiedPerson[] | null =>
  type !== 'MessageSent' || data.isNotified === null
    ? null
    : data.isNotified
      ? [{ kind: 'contact', id: data.contactId }]
      : [];

/** Of a number in E.164; empty for one that cannot be read. */
const callingCode = (phone: string | null): string =>
  phone === null ? '' : (parsePhoneNumberFromString(phone)?.countryCallingCode ?? '');

/** Whether the message names the event's program, contact and message. */
const isOf = (event: PublicConversationEvent, told: PublicConversationEvent): boolean =>
  (['id', 'type', 'programId', 'contactId', 'messageId'] as const).every(
    (name) => (event as Partial<Message>)[name] === (told as Partial<Message>)[name],
  );

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
