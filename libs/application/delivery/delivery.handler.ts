import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, KeyDestroyed, KeyLost, type CommandResult } from '@app/eventing';
import { ERASED } from '@app/kernel';
import { deliveryDecider, type DeliveryCommand } from '@app/domain/delivery';
import { HandleDelivery, type DeliveryWish } from '../commands/commands.js';

@CommandHandler(HandleDelivery)
export class DeliveryHandler implements ICommandHandler<HandleDelivery> {
  constructor(private readonly aggregates: Aggregates) {}

  async execute({ id, wish, context }: HandleDelivery): Promise<CommandResult> {
    const toCommand = (asked: DeliveryWish): DeliveryCommand =>
      asked.type === 'SettleDelivery'
        ? { type: 'SettleDelivery', data: { ...asked.data, at: context.occurredAt } }
        : asked;
    const handle = (asked: DeliveryWish): Promise<CommandResult> =>
      handleCommand(this.aggregates, deliveryDecider, `delivery-${id}`, asked, context, toCommand);
    try {
      return await handle(wish);
    } catch (error) {
      // How far a text came, and that the number has opted out, counts also when what the provider says of the person cannot be sealed:
      // who got the text was erased meanwhile, or the key is lost. The provider does not say it again.
      const cannotSeal = error instanceof KeyDestroyed || error instanceof KeyLost;
      if (!cannotSeal || wish.type !== 'NoteReceipt') throw error;
      return handle({ ...wish, data: { ...wish.data, form: ERASED } });
    }
  }
}
