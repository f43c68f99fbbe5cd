import { Injectable } from '@nestjs/common';
import { isErased, unlessErased } from '@app/kernel';
import type { CommandContext } from '@app/eventing';
import { portalRule, type Contact } from '@app/domain/contact';
import type { Conversation, ConversationCommand, Refusal } from '@app/domain/conversation';
import type { Policies } from '@app/domain/program';
import { ids } from '../commands/ids.js';
import { ConsentReader, sendGate, type ReadConsents } from '../consent/send-gate.js';
import { currentSender, Lookups, type CreatedProgram } from '../lookups/lookups.js';
import type { ConversationIntent } from './conversation.command.js';
import { ContactHasNoPhone, NoSender } from './refusals.js';
import { TextQuota } from './text-quota.js';

type SendMessage = Extract<ConversationCommand, { type: 'SendMessage' }>;
type Reachable = {
  readonly phones: readonly string[];
  readonly addressIds: readonly string[];
  readonly isEnrolled: boolean;
  /** Staff have written in this conversation. */
  readonly isWritten: boolean;
};
type ConsentStanding = Pick<ReadConsents['consent'], 'status' | 'textedFirst'>;
type KnownContact = Exclude<Contact, { status: 'none' }>;

/** Whether a message of staff may be sent, and where it goes. */
@Injectable()
export class MessageGate {
  constructor(
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
    private readonly quota: TextQuota,
  ) {}

  /** @throws NoSender, ContactHasNoPhone */
  async decide(
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
    const hasTexts = isWritten || isTexted;
    const limited = isUnanswered({ ...consents.consent, isEnrolled, hasTexts }, program.policies)
      ? ({ rule: 'UnansweredMessage', refusedSenderId: null } as const)
      : overQuota;
    const route = { senderId: sender.senderId, from: sender.phone, addressId };
    return { to, route, refusal: sendGate('person', consents, program.policies) ?? limited };
  }

  private async overQuota(addressId: string, { programId, occurredAt }: CommandContext): Promise<Refusal | null> {
    return (await this.quota.isUsedUp(programId, addressId, occurredAt))
      ? { rule: 'TextLimitReached', refusedSenderId: null }
      : null;
  }
}

/** R6: a second message to a person who never replied and is not enrolled. */
const isUnanswered = (
  { status, textedFirst, isEnrolled, hasTexts }: ConsentStanding & { isEnrolled: boolean; hasTexts: boolean },
  { unsolicitedMessages }: Policies,
): boolean => hasTexts && !isEnrolled && status === 'none' && !textedFirst && unsolicitedMessages !== 'unlimited';

function asInApp(
  contact: KnownContact,
  { messagesEnabled }: Policies,
): Pick<SendMessage['data'], 'isNotified' | 'refusal'> {
  const rule = messagesEnabled === 'off' ? 'MessagesDisabled' : portalRule(contact);
  return { isNotified: unlessErased(contact.emails, []).length > 0, refusal: rule && { rule, refusedSenderId: null } };
}

/** Includes the time: a client may use a forgotten key again, and then sends another message. */
export const messageIdFor = (conversationId: string, { commandId, occurredAt }: CommandContext): string =>
  ids.derivedId(commandId, `message ${conversationId} ${occurredAt}`);
