import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { historyKinds, type HistoryView } from '@app/read-models';
import { ActorDto, MessageDto } from '../conversations/conversations.view.js';
import { connectionOf, pageOf } from './page.view.js';
import { Nullable, OneOf } from './view-fields.js';

@ObjectType('HistoryEntry')
export class HistoryEntryDto implements HistoryView {
  readonly id!: string;
  /** Of a referral: its referrer. */
  readonly contactId!: string;
  @Nullable() readonly referralId!: string | null;
  @OneOf(historyKinds) readonly kind!: HistoryView['kind'];
  @Field(() => ActorDto) readonly author!: ActorDto;
  readonly at!: string;
  @Nullable() readonly conversationId!: string | null;
  /** The status of the referral before. */
  @Nullable() readonly from!: string | null;
  /** The status of the referral from then on; null if it was erased. */
  @Nullable() readonly to!: string | null;
  /** Of a lead: the other application that submitted it. */
  @Nullable() readonly application!: string | null;
  /** Of a payout, in minor units of the currency; null if it was erased. */
  @ApiProperty({ type: 'integer', nullable: true })
  @Field(() => Int, { nullable: true })
  readonly amount!: number | null;
  /** Of a payout: ISO 4217. */
  @Nullable() readonly currency!: string | null;
  @ApiProperty({ type: MessageDto, nullable: true })
  @Field(() => MessageDto, { nullable: true })
  readonly message!: MessageDto | null;
}
export class HistoryDto extends pageOf(HistoryEntryDto) {}
export const HistoryConnection = connectionOf('History', HistoryEntryDto);
