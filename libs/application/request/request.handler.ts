import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { requestDecider } from '@app/domain/request';
import { HandleRequest, type RequestWish } from '../commands/commands.js';

@CommandHandler(HandleRequest)
export class RequestHandler implements ICommandHandler<HandleRequest> {
  constructor(private readonly aggregates: Aggregates) {}

  execute({ id, wish, findTarget, context }: HandleRequest): Promise<CommandResult> {
    return handleCommand(
      this.aggregates,
      requestDecider,
      `request-${id}`,
      wish,
      context,
      async ({ data }: RequestWish) =>
        ({ type: 'TakeRequest', data: { ...data, target: await findTarget() } }) as const,
    );
  }
}
