import { IsIn } from 'class-validator';
import type { DeliveryRow } from '@app/read-models';
import { PageDto } from '../http/paging.dto.js';

const states: readonly DeliveryRow['status'][] = [
  'requested',
  'claimed',
  'uncertain',
  'accepted',
  'refused',
  'withheld',
  'expired',
  'left',
];

export class ListDeliveriesDto extends PageDto {
  @IsIn(states) readonly status!: DeliveryRow['status'];
}

export class SettleDeliveryDto {
  @IsIn(['resend', 'leave']) readonly decision!: 'resend' | 'leave';
}
