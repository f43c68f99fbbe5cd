import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult } from '@app/eventing';
import type { Message } from '@app/kernel';

/**
 * A message on the command bus, one class per aggregate: the aggregate id, the intent, and the caller. An intent is
 * what the caller asked for; the handler adds the data that the decision needs.
 */
export abstract class AggregateCommand<Intent extends Message> extends Command<CommandResult> {
  constructor(
    readonly id: string,
    readonly intent: Intent,
    readonly context: CommandContext,
  ) {
    super();
  }
}
