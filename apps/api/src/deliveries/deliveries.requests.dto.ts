import { ArgsType, Field, InputType, IntersectionType } from '@nestjs/graphql';
import { IntersectionType as RestIntersectionType } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import type { DeliveryRow } from '@app/read-models';
import { CommandInput } from '../http/command-input.dto.js';
import { ConnectionArgs, PageDto } from '../http/paging.dto.js';

export const deliveryStates: readonly DeliveryRow['status'][] = [
  'requested',
  'claimed',
  'uncertain',
  'accepted',
  'refused',
  'withheld',
  'expired',
  'left',
  'included',
];

@ArgsType()
export class DeliveryFilterDto {
  @Field(() => String, { description: deliveryStates.join(', ') })
  @IsIn(deliveryStates)
  readonly status!: DeliveryRow['status'];
}
export class ListDeliveriesDto extends RestIntersectionType(DeliveryFilterDto, PageDto) {}
@ArgsType()
export class DeliveriesArgs extends IntersectionType(DeliveryFilterDto, ConnectionArgs) {}

@InputType({ isAbstract: true })
export class SettleDeliveryDto {
  /** `resend` or `leave`. */
  @Field(() => String) @IsIn(['resend', 'leave']) readonly decision!: 'resend' | 'leave';
}
@InputType()
export class SettleDeliveryInput extends IntersectionType(SettleDeliveryDto, CommandInput) {
  @IsUUID() readonly deliveryId!: string;
}
