import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, KeyDestroyed, KeyLost, type CommandResult } from '@app/eventing';
import { ERASED } from '@app/kernel';
import { deliveryAggregate, type DeliveryCommand } from '@app/domain/delivery';
import { HandleDelivery, type DeliveryIntent } from './delivery.command.js';

@CommandHandler(HandleDelivery)
export class DeliveryHandler implements ICommandHandler<HandleDelivery> {
  constructor(private readonly aggregates: Aggregates) {}

  async execute({ id, intent, context }: HandleDelivery): Promise<CommandResult> {
    const toCommand = (asked: DeliveryIntent): DeliveryCommand =>
      asked.type === 'SettleDelivery'
        ? { type: 'SettleDelivery', data: { ...asked.data, at: context.occurredAt } }
        : asked;
    const handle = (asked: DeliveryIntent): Promise<CommandResult> =>
      handleCommand(this.aggregates, { aggregate: deliveryAggregate, id, intent: asked, context, prepare: toCommand });
    try {
      return await handle(intent);
    } catch (error) {
      // The delivery state and an opt-out count even when the receipt's form cannot be sealed, because its contact was
      // erased meanwhile or the key is lost. The provider does not send a receipt again.
      const cannotSeal = error instanceof KeyDestroyed || error instanceof KeyLost;
      if (!cannotSeal || intent.type !== 'NoteReceipt') throw error;
      return handle({ ...intent, data: { ...intent.data, form: ERASED } });
    }
  }
}
