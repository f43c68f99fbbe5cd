import { Injectable } from '@nestjs/common';
import { Aggregates, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import { DomainError } from '@app/kernel';
import { blockAggregate, NotBlocked, type BlockCommand } from '@app/domain/block';
import type { Conversation } from '@app/domain/conversation';
import type { ConversationIntent } from '../conversation/conversation.command.js';
import { messageIdFor } from '../conversation/message-gate.js';

type WriteInApp = Extract<ConversationIntent, { type: 'WriteInApp' }>;

/** Keeps what a blocked contact writes in the portal in the block. */
@Injectable()
export class PortalBlock {
  constructor(private readonly aggregates: Aggregates) {}

  /** @throws ContactBlocked also when the block has kept this message, and was lifted since */
  async check(intent: WriteInApp, state: Conversation, { commandId, programId }: CommandContext): Promise<void> {
    if (state.status !== 'started') return;
    const { contactId, referralId } = state;
    const block = await this.aggregates.load(blockAggregate, contactId);
    if (block.programId !== programId) return;
    if (block.state.status === 'blocked' || block.handled.firstRevision(commandId) !== undefined)
      throw new ContactBlocked(intent, { contactId, referralId });
  }

  /** @returns `null` when the block was lifted meanwhile */
  async keep(
    { intent, whose }: ContactBlocked,
    conversationId: string,
    { expectedRevision: _, ...context }: CommandContext,
  ): Promise<CommandResult | null> {
    const id = whose.contactId;
    const messageId = messageIdFor(conversationId, context);
    const message = { channel: 'in-app', keyword: null, acceptedPosition: null, providerMessageId: null } as const;
    const prepare = ({ data }: WriteInApp): BlockCommand => ({
      type: 'NoteBlockedMessage',
      data: { blockId: id, ...whose, messageId, ...data, ...message },
    });
    try {
      return await handleCommand(this.aggregates, { aggregate: blockAggregate, id, intent, context, prepare });
    } catch (error) {
      if (error instanceof NotBlocked) return null;
      throw error;
    }
  }
}

/** The author of a message is blocked: the block keeps it, and the author is not told. */
export class ContactBlocked extends DomainError {
  readonly code = 'ContactBlocked';
  constructor(
    readonly intent: WriteInApp,
    readonly whose: { readonly contactId: string; readonly referralId: string | null },
  ) {
    super('The contact is blocked');
  }
}
