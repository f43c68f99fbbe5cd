import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Progress, TemporaryFailure, type CommandContext } from '@app/eventing';
import { InboxQueries, inboxProjection } from '@app/read-models';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { subCommand } from '../commands/ids.js';

const LONGEST_WAIT_MS = 60_000;

/**
 * Erases a person: the contact, then each of its conversations. Automation destroys the keys after these events, and
 * deletes conversations that start meanwhile. That the contact existed, and the opt-outs of its numbers, stay: nobody
 * who sent STOP is texted later.
 */
@Injectable()
export class ErasePerson {
  constructor(
    private readonly commands: CommandBus,
    private readonly progress: Progress,
    private readonly inbox: InboxQueries,
  ) {}

  /** Safe to repeat. @returns how many conversations were deleted @throws ContactNotFound, ConversationsNotKnownYet */
  async erase(contactId: string, by: string, context: CommandContext): Promise<number> {
    const { programId } = context;
    const { position } = await this.commands.execute(
      new HandleContact(contactId, { type: 'EraseContact', data: { by } }, context),
    );
    // By then the inbox shows every conversation that started before the contact was erased.
    if (position === null || !(await this.progress.waitFor(inboxProjection, position, LONGEST_WAIT_MS, programId)))
      throw new ConversationsNotKnownYet();
    const conversationIds = await this.inbox.idsOf(programId, contactId);
    for (const id of conversationIds)
      await this.commands.execute(
        new HandleConversation(id, { type: 'DeleteConversation', data: { by } }, subCommand(context, id)),
      );
    return conversationIds.length;
  }
}

export class ConversationsNotKnownYet extends TemporaryFailure {
  override readonly name = 'ConversationsNotKnownYet';
  constructor() {
    super(
      'The contact is erased, but the inbox is too far behind to list all of its conversations; erase the contact again when the projector has caught up',
    );
  }
}
