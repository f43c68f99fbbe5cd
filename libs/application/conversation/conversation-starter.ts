import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext, CommandResult } from '@app/eventing';
import { recipientOf } from '@app/domain/address';
import { ContactWasErased } from '@app/domain/contact';
import type { Channel } from '@app/domain/conversation';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from './conversation.command.js';
import { ids, subCommand } from '../commands/ids.js';
import { currentSender, Lookups } from '../lookups/lookups.js';

/** The other party: one side of a referral, a contact, or the owner of a phone number (E.164). */
export type ConversationWith =
  | { readonly referralId: string; readonly side: 'referrer' | 'referred' }
  | { readonly contactId: string }
  | { readonly phone: string };

export type ConversationAbout = {
  readonly conversationId: string;
  readonly contactId: string;
  readonly referralId: string | null;
};

/** Starts a conversation, or finds the existing one: there is one for each contact and referral, and a general one. */
@Injectable()
export class ConversationStarter {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
  ) {}

  /** @param about the result of {@link find} */
  async start(
    { by, channel }: { readonly by: string; readonly channel?: Channel | undefined },
    whom: ConversationWith,
    { conversationId, contactId, referralId }: ConversationAbout,
    context: CommandContext,
  ): Promise<CommandResult & { readonly conversationId: string }> {
    if ('phone' in whom)
      await this.commands.execute(
        new HandleContact(
          contactId,
          { type: 'NoteNumber', data: { phone: whom.phone } },
          subCommand(context, 'contact'),
        ),
      );
    const data = { conversationId, contactId, referralId, by, source: 'console', ...(channel && { channel }) } as const;
    const intent = { type: 'StartConversation', data } as const;
    return {
      conversationId,
      ...(await this.commands.execute(new HandleConversation(conversationId, intent, context))),
    };
  }

  /**
   * The contact and referral, and the id of their conversation, which depends on how many were deleted before.
   * @throws ReferralNotFound, ContactNotFound, ContactWasErased
   */
  async find(whom: ConversationWith, context: CommandContext): Promise<ConversationAbout> {
    const { programId } = context;
    const { contactId, referralId } = await this.about(whom, context);
    if (await this.lookups.isErased(programId, contactId)) throw new ContactWasErased();
    return {
      conversationId: await this.lookups.currentConversation(programId, contactId, referralId),
      contactId,
      referralId,
    };
  }

  private async about(
    whom: ConversationWith,
    { programId, commandId, occurredAt }: CommandContext,
  ): Promise<Omit<ConversationAbout, 'conversationId'>> {
    if ('referralId' in whom) {
      const referral = await this.lookups.referral(programId, whom.referralId);
      return {
        contactId: whom.side === 'referrer' ? referral.referrerId : referral.referredId,
        referralId: whom.referralId,
      };
    }
    if ('contactId' in whom) {
      await this.lookups.contact(programId, whom.contactId);
      return { contactId: whom.contactId, referralId: null };
    }
    const sender = currentSender(await this.lookups.program(programId));
    const address = await this.lookups.address(
      programId,
      await this.lookups.naturalKeys.address(programId, whom.phone),
    );
    const known = recipientOf(address, sender?.senderId ?? '', occurredAt).contactId;
    return {
      contactId:
        known ?? (await this.lookups.numberContactId(programId, whom.phone, ids.derivedId(commandId, 'contact'))),
      referralId: null,
    };
  }
}
