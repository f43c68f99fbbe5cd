import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { ConversationWasDeleted } from '@app/domain/conversation';
import { exportAggregate, type ExportCommand } from '@app/domain/export';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { Lookups } from '../lookups/lookups.js';

/** An export of messages to a file. */
export class HandleExport extends AggregateCommand<ExportCommand> {}

@CommandHandler(HandleExport)
export class ExportHandler implements ICommandHandler<HandleExport> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  /** @throws ConversationNotFound, ConversationWasDeleted, ExportDayMissing, ExportEndsBeforeStart, ExportTooLong */
  async execute({ id, intent, context }: HandleExport): Promise<CommandResult> {
    const { status } = await this.lookups.conversation(context.programId, intent.data.conversationId);
    if (status === 'deleted') throw new ConversationWasDeleted();
    return handleCommand(this.aggregates, {
      aggregate: exportAggregate,
      id,
      intent,
      context,
      prepare: (command) => command,
    });
  }
}
