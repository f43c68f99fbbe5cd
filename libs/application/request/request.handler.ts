import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { requestAggregate } from '@app/domain/request';
import { HandleRequest, type RequestIntent } from './request.command.js';

@CommandHandler(HandleRequest)
export class RequestHandler implements ICommandHandler<HandleRequest> {
  constructor(private readonly aggregates: Aggregates) {}

  execute({ id, intent, findTarget, context }: HandleRequest): Promise<CommandResult> {
    return handleCommand(this.aggregates, {
      aggregate: requestAggregate,
      id,
      intent,
      context,
      prepare: async ({ data }: RequestIntent) =>
        ({ type: 'TakeRequest', data: { ...data, target: await findTarget() } }) as const,
    });
  }
}
