import { Field, ObjectType } from '@nestjs/graphql';
import type { Lane } from '@app/domain/delivery';
import type { DeliveryView } from '@app/read-models';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { ListOf, Nullable, OneOf } from '../http/view-fields.js';
import { deliveryStates } from './deliveries.requests.dto.js';

@ObjectType('Recipient')
export class RecipientDto {
  @OneOf(['contact', 'member']) readonly kind!: 'contact' | 'member';
  readonly id!: string;
}
@ObjectType('Attempt')
export class AttemptDto {
  @Nullable() readonly providerMessageId!: string | null;
  @Nullable() readonly status!: string | null;
  @Nullable() readonly errorCode!: string | null;
}
@ObjectType('Delivery')
export class DeliveryDto implements DeliveryView {
  readonly id!: string;
  @OneOf(['sms', 'email']) readonly channel!: 'sms' | 'email';
  @OneOf(['person', 'opt-in-request', 'notification']) readonly lane!: Lane;
  readonly messageId!: string;
  readonly conversationId!: string;
  @Field(() => RecipientDto) readonly recipient!: RecipientDto;
  @OneOf(deliveryStates) readonly status!: DeliveryView['status'];
  readonly notBefore!: string;
  readonly expiresAt!: string;
  @Nullable() readonly claimedAt!: string | null;
  @Nullable() readonly providerMessageId!: string | null;
  @Nullable() readonly providerStatus!: string | null;
  @Nullable() readonly errorCode!: string | null;
  @Nullable() readonly reason!: string | null;
  /** The provider's reports on attempts before the last one, after staff decided to resend. */
  @ListOf(AttemptDto) readonly earlierAttempts!: readonly AttemptDto[];
}
export class DeliveriesDto extends pageOf(DeliveryDto) {}
export const DeliveryConnection = connectionOf('Delivery', DeliveryDto);

@ObjectType('DeliveryPayload')
export class DeliveryPayload extends CommandDto {
  readonly deliveryId!: string;
}
