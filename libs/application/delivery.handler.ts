import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, KeyDestroyed, type CommandResult } from '@app/eventing';
import { ERASED } from '@app/kernel';
import { deliveryDecider, type DeliveryCommand } from '@app/domain/delivery';
import { HandleDelivery, type DeliveryWish } from './commands.js';

@CommandHandler(HandleDelivery)
export class DeliveryHandler implements ICommandHandler<HandleDelivery> {
  constructor(private readonly aggregates: Aggregates) {}

  async execute({ id, wish, context }: HandleDelivery): Promise<CommandResult> {
    const toCommand = (asked: DeliveryWish): DeliveryCommand =>
      asked.type === 'SettleDelivery' ? { type: 'SettleDelivery', data: { ...asked.data, at: context.occurredAt } } : asked;
    const handle = (asked: DeliveryWish): Promise<CommandResult> => handleCommand(this.aggregates, deliveryDecider, `delivery-${id}`, asked, context, toCommand);
    try {
      return await handle(wish);
    } catch (error) {
      // How far a text came counts also when who got it was erased meanwhile; what the provider says of the person does not.
      if (!(error instanceof KeyDestroyed) || wish.type !== 'NoteReceipt') throw error;
      return handle({ ...wish, data: { ...wish.data, form: ERASED } });
    }
  }
}
