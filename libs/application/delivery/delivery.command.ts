import type { DeliveryCommand } from '@app/domain/delivery';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

/** Of a decision about an uncertain delivery the time is the request's. */
export type DeliveryIntent =
  | Exclude<DeliveryCommand, { type: 'SettleDelivery' }>
  | Message<'SettleDelivery', { by: string; decision: 'resend' | 'leave' }>;
export class HandleDelivery extends AggregateCommand<DeliveryIntent> {}
