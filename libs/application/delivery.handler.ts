import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { deliveryDecider, type DeliveryCommand } from '@app/domain/delivery';
import { HandleDelivery, type DeliveryWish } from './commands.js';

@CommandHandler(HandleDelivery)
export class DeliveryHandler implements ICommandHandler<HandleDelivery> {
  constructor(private readonly aggregates: Aggregates) {}

  execute({ id, wish, context }: HandleDelivery): Promise<CommandResult> {
    const toCommand = (asked: DeliveryWish): DeliveryCommand =>
      asked.type === 'SettleDelivery' ? { type: 'SettleDelivery', data: { ...asked.data, at: context.occurredAt } } : asked;
    return handleCommand(this.aggregates, deliveryDecider, `delivery-${id}`, wish, context, toCommand);
  }
}
