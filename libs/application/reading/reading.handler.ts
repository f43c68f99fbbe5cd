import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, naturalId, type CommandResult } from '@app/eventing';
import type { Message } from '@app/kernel';
import { ConversationWasDeleted } from '@app/domain/conversation';
import { readingAggregate, type Reader } from '@app/domain/reading';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { subCommand } from '../commands/ids.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { Lookups } from '../lookups/lookups.js';

/** A person has read all that is in a conversation; the id is the conversation's. */
export class HandleReading extends AggregateCommand<Message<'MoveReadPosition', { readonly reader: Reader }>> {}

@CommandHandler(HandleReading)
export class ReadingHandler implements ICommandHandler<HandleReading> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  /** @throws ConversationNotFound, ConversationWasDeleted */
  async execute({ id: conversationId, intent, context: asked }: HandleReading): Promise<CommandResult> {
    // `If-Match` names a revision of the conversation, which this does not change.
    const { expectedRevision: _, ...context } = asked;
    const { reader } = intent.data;
    const conversation = await this.lookups.conversation(context.programId, conversationId);
    if (conversation.status === 'deleted') throw new ConversationWasDeleted();
    const { revision, received, sent } = conversation;
    const messages = reader.kind === 'member' ? received : sent;
    return handleCommand(this.aggregates, {
      aggregate: readingAggregate,
      id: naturalId('reading', conversationId, reader.kind, reader.id),
      intent,
      context,
      prepare: ({ type }) => ({ type, data: { conversationId, reader, revision, messages } }),
    });
  }
}

/** A member of staff opens a conversation: it is read for all staff, and up to here by this one. */
export class OpenConversation extends AggregateCommand<Message<'OpenConversation', { readonly by: string }>> {}

@CommandHandler(OpenConversation)
export class OpenConversationHandler implements ICommandHandler<OpenConversation> {
  constructor(private readonly commands: CommandBus) {}

  /** The revision is the conversation's. @throws ConversationNotFound, ConversationWasDeleted, RevisionMismatch */
  async execute({ id, intent, context }: OpenConversation): Promise<CommandResult> {
    const { by } = intent.data;
    const opened = await this.commands.execute(
      new HandleConversation(id, { type: 'ReadConversation', data: { by } }, context),
    );
    const moved = await this.commands.execute(
      new HandleReading(
        id,
        { type: 'MoveReadPosition', data: { reader: { kind: 'member', id: by } } },
        subCommand(context, 'read position'),
      ),
    );
    const isLater = (moved.position ?? '') > (opened.position ?? '');
    return { ...opened, position: isLater ? moved.position : opened.position };
  }
}
