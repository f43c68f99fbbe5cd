import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, isErased, streamOf, unlessErased, type ErrorKind, type Recorded } from '@app/kernel';
import { Aggregates, EventLog, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import { TextLimitReached, TextsDisabled } from '@app/domain/consent';
import { portalRule, type Contact } from '@app/domain/contact';
import { isAssignable, MemberNotFound, NotAssignable } from '@app/domain/member';
import {
  ColleagueReplied,
  conversationAggregate,
  type Channel,
  type Conversation,
  type ConversationCommand,
  type ConversationEvent,
  type Refusal,
  type SendRefused,
  type SendRule,
} from '@app/domain/conversation';
import { MessagesDisabled, type Policies } from '@app/domain/program';
import { HandleConversation, type ConversationIntent } from './conversation.command.js';
import { ids } from '../commands/ids.js';
import { currentSender, Lookups, type CreatedProgram } from '../lookups/lookups.js';
import { ConsentReader, sendGate } from '../consent/send-gate.js';
import { TextQuota } from './text-quota.js';

type SendMessage = Extract<ConversationCommand, { type: 'SendMessage' }>;
type Reachable = {
  readonly phones: readonly string[];
  readonly addressIds: readonly string[];
  readonly isEnrolled: boolean;
  /** Staff have written in this conversation. */
  readonly isWritten: boolean;
};
type KnownContact = Exclude<Contact, { status: 'none' }>;

@CommandHandler(HandleConversation)
export class ConversationHandler implements ICommandHandler<HandleConversation> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
    private readonly quota: TextQuota,
    private readonly eventLog: EventLog,
  ) {}

  async execute({ id, intent, context }: HandleConversation): Promise<CommandResult> {
    const result = await handleCommand(this.aggregates, {
      aggregate: conversationAggregate,
      id,
      intent,
      context,
      prepare: (intent: ConversationIntent, state: Conversation) => this.toCommand(id, intent, state, context),
    }).catch(async (error: unknown) => {
      throw error instanceof ColleagueReplied ? await this.withTime(id, error) : error;
    });
    for (const { type, data, metadata } of result.events as readonly Recorded<ConversationEvent>[])
      // The events of a repeated command were stored earlier.
      if (type === 'MessageSent' && data.route && metadata.occurredAt === context.occurredAt)
        this.quota.note(context.programId, data.route.addressId, context.occurredAt);
    const refused = result.events.find((event): event is typeof event & SendRefused => event.type === 'SendRefused');
    if (refused)
      throw new SendRefusedError(
        refused.data.rule,
        await this.optedOutOf(context.programId, refused.data.refusedSenderId),
      );
    return result;
  }

  /** The state of a conversation has no times. */
  private async withTime(id: string, { newer }: ColleagueReplied): Promise<ColleagueReplied> {
    const sent = await this.eventLog.at(streamOf(conversationAggregate, id), newer.revision);
    return new ColleagueReplied(newer, sent?.metadata.occurredAt);
  }

  private async toCommand(
    id: string,
    intent: ConversationIntent,
    state: Conversation,
    context: CommandContext,
  ): Promise<ConversationCommand> {
    if (intent.type === 'SendMessage') return this.withGate(id, intent, state, context);
    if (intent.type === 'StartConversation') {
      const { channel, ...data } = intent.data;
      if (state.status === 'not-started' && data.by !== null)
        await this.checkReachable(context.programId, data.contactId, channel);
      return { type: 'StartConversation', data };
    }
    if (intent.type === 'AssignConversation' && intent.data.assignee !== null) {
      const assignee = await this.lookups.member(context.programId, intent.data.assignee);
      if (!assignee) throw new MemberNotFound();
      if (!isAssignable(assignee)) throw new NotAssignable();
    }
    if (intent.type === 'DeleteByStaff') {
      const { policies } = await this.lookups.program(context.programId);
      if (policies.conversationDeletion !== 'allowed') throw new DeletionNotAllowed();
      return { type: 'DeleteConversation', data: intent.data };
    }
    return toCommand(intent, messageIdFor(id, context));
  }

  /** By the portal, unless it is to be by text. @throws NotReachableInApp */
  private async checkReachable(programId: string, contactId: string, channel: Channel | undefined): Promise<void> {
    const contact = await this.lookups.contact(programId, contactId);
    // A conversation that starts while its contact is being erased is deleted afterwards.
    if (contact.status === 'erased') return;
    const isInApp = channel === undefined ? contact.addressIds.length === 0 : channel === 'in-app';
    const rule = isInApp ? portalRule(contact) : null;
    if (rule !== null) throw new NotReachableInApp(rule);
  }

  /** The program's number by the sender's id. */
  private async optedOutOf(programId: string, senderId: string | null): Promise<string | null> {
    if (senderId === null) return null;
    return (
      (await this.lookups.program(programId)).senders.find((sender) => sender.senderId === senderId)?.phone ?? null
    );
  }

  private async withGate(
    conversationId: string,
    { data }: Extract<ConversationIntent, { type: 'SendMessage' }>,
    state: Conversation,
    context: CommandContext,
  ): Promise<SendMessage> {
    const message = {
      ...data,
      messageId: messageIdFor(conversationId, context),
      to: null,
      route: null,
      isNotified: false,
      refusal: null,
    };
    if (state.status !== 'started') return { type: 'SendMessage', data: message };
    const { programId } = context;
    const [contact, program] = await Promise.all([
      this.lookups.contact(programId, state.contactId),
      this.lookups.program(programId),
    ]);
    if (contact.status === 'erased' || isErased(contact.phones))
      return { type: 'SendMessage', data: { ...message, refusal: { rule: 'ContactErased', refusedSenderId: null } } };
    const gated =
      data.channel === 'sms'
        ? await this.asText(
            {
              phones: contact.phones,
              addressIds: contact.addressIds,
              isEnrolled: contact.registered,
              isWritten: state.newest.some(({ by }) => by !== null),
            },
            program,
            context,
          )
        : asInApp(contact, program.policies);
    return { type: 'SendMessage', data: { ...message, ...gated } };
  }

  private async asText(
    { phones: [to], addressIds: [addressId], isEnrolled, isWritten }: Reachable,
    program: CreatedProgram,
    context: CommandContext,
  ): Promise<Pick<SendMessage['data'], 'to' | 'route' | 'refusal'>> {
    const sender = currentSender(program);
    if (!sender) throw new NoSender();
    if (to === undefined || addressId === undefined) throw new ContactHasNoPhone();
    const [consents, overQuota, isTexted] = await Promise.all([
      this.consents.readFor(program, { addressId, senderId: sender.senderId }),
      this.overQuota(addressId, context),
      this.quota.isTexted(program.programId, addressId, context.occurredAt),
    ]);
    const { status, textedFirst } = consents.consent;
    const isUnsolicited = !isEnrolled && status === 'none' && !textedFirst;
    const isUnanswered =
      isUnsolicited && (isWritten || isTexted) && program.policies.unsolicitedMessages !== 'unlimited';
    const limited: Refusal | null = isUnanswered ? { rule: 'UnansweredMessage', refusedSenderId: null } : overQuota;
    const route = { senderId: sender.senderId, from: sender.phone, addressId };
    return { to, route, refusal: sendGate('person', consents, program.policies) ?? limited };
  }

  private async overQuota(addressId: string, { programId, occurredAt }: CommandContext): Promise<Refusal | null> {
    return (await this.quota.isUsedUp(programId, addressId, occurredAt))
      ? { rule: 'TextLimitReached', refusedSenderId: null }
      : null;
  }
}

function asInApp(
  contact: KnownContact,
  { messagesEnabled }: Policies,
): Pick<SendMessage['data'], 'isNotified' | 'refusal'> {
  const rule = messagesEnabled === 'off' ? 'MessagesDisabled' : portalRule(contact);
  return { isNotified: unlessErased(contact.emails, []).length > 0, refusal: rule && { rule, refusedSenderId: null } };
}

function toCommand(
  intent: Exclude<ConversationIntent, { type: 'SendMessage' | 'StartConversation' | 'DeleteByStaff' }>,
  messageId: string,
): ConversationCommand {
  switch (intent.type) {
    case 'WriteInApp': {
      const inApp = { channel: 'in-app', acceptedPosition: null, providerMessageId: null } as const;
      return { type: 'ReceiveMessage', data: { ...intent.data, ...inApp, messageId } };
    }
    case 'ReceiveMessage':
      return { type: intent.type, data: { ...intent.data, messageId } };
    case 'ReceiveKeyword':
      return { type: intent.type, data: { ...intent.data, messageId } };
    case 'SendOptInRequest':
      return { type: intent.type, data: { ...intent.data, messageId } };
    default:
      return intent;
  }
}

/** Includes the time: a client may use a forgotten key again, and then sends another message. */
const messageIdFor = (conversationId: string, { commandId, occurredAt }: CommandContext): string =>
  ids.derivedId(commandId, `message ${conversationId} ${occurredAt}`);

const refusals: Readonly<Record<SendRule, string>> = {
  NoConsent: 'The contact has not agreed to be texted by this sender',
  ConsentPending: 'The contact has not yet answered YES to the opt-in request',
  RecipientOptedOut: 'The contact has opted out of texts; they can opt in again only by texting START from the number',
  ContactNotRegistered: 'The contact has no portal account and cannot read messages in the app',
  ContactInactive: 'The contact is not active',
  ContactRemoved: 'The contact was removed from the program and cannot read messages in the app',
  ContactErased: 'The contact was erased; no more messages can be sent',
  TextLimitReached: new TextLimitReached().message,
  TextsDisabled: new TextsDisabled().message,
  MessagesDisabled: new MessagesDisabled().message,
  UnansweredMessage:
    'The contact has not answered the first message and is not enrolled; a second one can be sent after an answer',
};

/** Nothing was sent, and the refusal is stored. `code` is the rule. */
export class SendRefusedError extends DomainError {
  readonly code: SendRule;
  override readonly kind: ErrorKind;
  /** @param optedOutOf the program's number that received the opt-out */
  constructor(rule: SendRule, optedOutOf: string | null) {
    super(optedOutOf === null ? refusals[rule] : `${refusals[rule]}. The opt-out came to ${optedOutOf}`);
    this.code = rule;
    this.kind = rule === 'ContactErased' ? 'gone' : 'conflict';
  }
}
/** No conversation was started, since the contact could not read it. `code` is the rule. */
export class NotReachableInApp extends DomainError {
  readonly code: SendRule;
  constructor(rule: SendRule) {
    super(refusals[rule]);
    this.code = rule;
  }
}
export class DeletionNotAllowed extends DomainError {
  readonly code = 'DeletionNotAllowed';
  constructor() {
    super(
      'The program does not allow deleting conversations: its policy conversationDeletion is never; archive it instead',
    );
  }
}
export class NoSender extends DomainError {
  readonly code = 'NoSender';
  constructor() {
    super('The program has no number to text from');
  }
}
export class ContactHasNoPhone extends DomainError {
  readonly code = 'ContactHasNoPhone';
  constructor() {
    super('The contact has no phone number');
  }
}
