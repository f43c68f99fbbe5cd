import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import type { Message } from '@app/kernel';
import { ConversationWasDeleted } from '@app/domain/conversation';
import { exportAggregate, type ExportCommand, type ExportRequested } from '@app/domain/export';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { Lookups } from '../lookups/lookups.js';

/** How long an export is kept, from its request on. */
const KEPT_MS = 24 * 60 * 60 * 1_000;

type ExportIntent =
  | Message<'RequestExport', Omit<ExportRequested['data'], 'expiresAt'>>
  | Exclude<ExportCommand, { type: 'RequestExport' }>;

/** An export of messages to a file. */
export class HandleExport extends AggregateCommand<ExportIntent> {}

@CommandHandler(HandleExport)
export class ExportHandler implements ICommandHandler<HandleExport> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  /**
   * @throws ConversationNotFound, ConversationWasDeleted, ExportDayMissing, ExportEndsBeforeStart, ExportTooLong,
   * ExportNotFound, ExportNotFinished, ExportGone
   */
  async execute({ id, intent, context }: HandleExport): Promise<CommandResult> {
    if (intent.type === 'ExportConversation') {
      const { status } = await this.lookups.conversation(context.programId, intent.data.conversationId);
      if (status === 'deleted') throw new ConversationWasDeleted();
    }
    const expiresAt = new Date(Date.parse(context.occurredAt) + KEPT_MS).toISOString();
    const prepare = (asked: ExportIntent): ExportCommand =>
      asked.type === 'RequestExport' ? { type: asked.type, data: { ...asked.data, expiresAt } } : asked;
    return handleCommand(this.aggregates, { aggregate: exportAggregate, id, intent, context, prepare });
  }
}
