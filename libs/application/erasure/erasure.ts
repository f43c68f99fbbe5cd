import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Keyring } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import { sealingSubject, type AddressCommand, type AddressEvent } from '@app/domain/address';
import type { ContactErased } from '@app/domain/contact';
import type { ConversationDeleted, ConversationStarted } from '@app/domain/conversation';
import { HandleAddress } from '../address/address.handler.js';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { causedBy, ids, system } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';

const automation = system('automation');

/** Reactions to the erasure of content: once the event is stored, the keys that open the content are destroyed. */
@Injectable()
export class Erasure {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly keyring: Keyring,
  ) {}

  async conversationDeleted({ data }: Recorded<ConversationDeleted>): Promise<void> {
    await this.keyring.destroy(data.conversationId);
  }

  /** Destroys the contact's key, and content from numbers that nobody else has. */
  async contactErased(event: Recorded<ContactErased>): Promise<void> {
    const { contactId, addressIds } = event.data;
    for (const addressId of addressIds) {
      await this.toAddress(event, addressId, { type: 'ReleaseAddress', data: { contactId } });
      for (const { type, data } of await this.toAddress(event, addressId, { type: 'EraseAddress', data: {} })) {
        if (type !== 'AddressErased') continue;
        await this.eraseOptIns(event, addressId);
        await this.keyring.destroy(sealingSubject(addressId, data.erasures - 1));
      }
    }
    await this.keyring.destroy(contactId);
  }

  /** Deletes a conversation that started while its contact was being erased. */
  async conversationStarted(event: Recorded<ConversationStarted>): Promise<void> {
    const { conversationId, contactId } = event.data;
    if (!(await this.lookups.isErased(event.metadata.programId, contactId))) return;
    const intent = { type: 'DeleteConversation', data: { by: automation.id } } as const;
    await this.commands.execute(
      new HandleConversation(conversationId, intent, causedBy(event, automation, 'DeleteConversation')),
    );
  }

  /** A consent without evidence ends, whoever gets the number next. */
  private async eraseOptIns(event: Recorded<ContactErased>, addressId: string): Promise<void> {
    const { programId } = event.metadata;
    const { senders } = await this.lookups.program(programId);
    for (const { senderId } of senders) {
      const intent = { type: 'EraseOptIn', data: { addressId, senderId } } as const;
      await this.commands.execute(
        new HandleConsent(
          ids.consent(programId, addressId, senderId),
          intent,
          causedBy(event, automation, `EraseOptIn ${addressId} ${senderId}`),
        ),
      );
    }
  }

  private async toAddress(
    event: Recorded<ContactErased>,
    addressId: string,
    intent: AddressCommand,
  ): Promise<readonly AddressEvent[]> {
    const { events } = await this.commands.execute(
      new HandleAddress(addressId, intent, causedBy(event, automation, `${intent.type} ${addressId}`)),
    );
    return events as readonly Recorded<AddressEvent>[];
  }
}
