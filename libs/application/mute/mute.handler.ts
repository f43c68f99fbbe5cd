import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import type { Message } from '@app/kernel';
import { ConversationWasDeleted } from '@app/domain/conversation';
import { muteAggregate, type MuteCommand } from '@app/domain/mute';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { Lookups } from '../lookups/lookups.js';

type MuteIntent =
  | Message<'MuteConversation', { readonly userId: string; readonly until: string | null }>
  | Message<'UnmuteConversation', { readonly userId: string }>
  | Message<'EndMute', { readonly userId: string; readonly at: string }>;

/** The mutes of a conversation, by member of staff; the id is the conversation's. */
export class HandleMute extends AggregateCommand<MuteIntent> {}

@CommandHandler(HandleMute)
export class MuteHandler implements ICommandHandler<HandleMute> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  /** @throws ConversationNotFound, ConversationWasDeleted, MuteEndsInThePast */
  async execute({ id: conversationId, intent, context: asked }: HandleMute): Promise<CommandResult> {
    // `If-Match` names a revision of the conversation, which a mute does not change.
    const { expectedRevision: _, ...context } = asked;
    // A mute also ends after its conversation was deleted.
    if (intent.type !== 'EndMute') {
      const { status } = await this.lookups.conversation(context.programId, conversationId);
      if (status === 'deleted') throw new ConversationWasDeleted();
    }
    const { occurredAt: at } = context;
    const prepare = ({ type, data }: MuteIntent): MuteCommand => {
      switch (type) {
        case 'MuteConversation': {
          const until = data.until && new Date(data.until).toISOString();
          return { type, data: { ...data, conversationId, until, at } };
        }
        case 'UnmuteConversation':
          return { type, data: { ...data, conversationId } };
        case 'EndMute':
          return { type, data: { ...data, conversationId } };
      }
    };
    return handleCommand(this.aggregates, { aggregate: muteAggregate, id: conversationId, intent, context, prepare });
  }
}
