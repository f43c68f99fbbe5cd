import type { DeliveryCommand } from '@app/domain/delivery';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

/** A decision about an uncertain delivery uses the time of the request. */
export type DeliveryIntent =
  | Exclude<DeliveryCommand, { type: 'SettleDelivery' }>
  | Message<'SettleDelivery', { by: string; decision: 'resend' | 'leave' }>;
export class HandleDelivery extends AggregateCommand<DeliveryIntent> {}
