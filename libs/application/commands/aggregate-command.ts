import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult } from '@app/eventing';
import type { Message } from '@app/kernel';

/**
 * What goes over the command bus: one message per aggregate, naming which one, what is intended, and who asks. An intent is
 * what the caller said; the handler adds what the decision needs from elsewhere.
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
