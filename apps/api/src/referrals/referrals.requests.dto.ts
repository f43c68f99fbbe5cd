import { ArgsType, Field, InputType, Int, IntersectionType } from '@nestjs/graphql';
import { IntersectionType as RestIntersectionType } from '@nestjs/swagger';
import { IsInt, IsUUID, Matches, Max, MaxLength, Min } from 'class-validator';
import { CommandInput } from '../http/command-input.dto.js';
import { MessageOrderDto } from '../conversations/conversations.requests.dto.js';
import { ConnectionArgs, OneArgs, PageDto } from '../http/paging.dto.js';
import { IsCleanText, IsPastTime, Optional } from '../http/validators.js';

@InputType({ isAbstract: true })
export class CreateReferralDto {
  @IsUUID() readonly referrerId!: string;
  @IsUUID() readonly referredId!: string;
  @Optional() @MaxLength(100) @IsCleanText() readonly status?: string;
  /** The referral's id in its source system; one referral for each. */
  @Optional() @MaxLength(200) @IsCleanText() readonly externalId?: string;
}
@InputType({ isAbstract: true })
export class ChangeReferralStatusDto {
  @MaxLength(100) @IsCleanText() readonly status!: string;
}
/** A new referral needs both sides; of a known one, what is left out stays as it is. */
@InputType({ isAbstract: true })
export class SaveReferralDto {
  /** The referral's id in its source system. */
  @MaxLength(200) @IsCleanText() readonly externalId!: string;
  /** External id of the contact who refers. */
  @Optional() @MaxLength(200) @IsCleanText() readonly referrerExternalId?: string;
  /** External id of the contact who is referred. */
  @Optional() @MaxLength(200) @IsCleanText() readonly referredExternalId?: string;
  @Optional() @MaxLength(100) @IsCleanText() readonly status?: string;
}
@InputType({ isAbstract: true })
export class RecordPayoutDto {
  /** The payout's id in its source system; the same payout is recorded once. */
  @MaxLength(200) @IsCleanText() readonly externalId!: string;
  /** In minor units of the currency, such as cents. */
  @Field(() => Int) @IsInt() @Min(1) @Max(2_147_483_647) readonly amount!: number;
  /** ISO 4217, such as USD. */
  @Matches(/^[A-Z]{3}$/) readonly currency!: string;
  @IsPastTime() readonly paidAt!: string;
}
export class HistoryPageDto extends RestIntersectionType(MessageOrderDto, PageDto) {}
@ArgsType()
export class HistoryArgs extends IntersectionType(MessageOrderDto, IntersectionType(OneArgs, ConnectionArgs)) {}

@InputType({ isAbstract: true })
export class ReferralInput extends CommandInput {
  @IsUUID() readonly referralId!: string;
}
@InputType()
export class CreateReferralInput extends IntersectionType(CreateReferralDto, CommandInput) {}
@InputType()
export class SaveReferralInput extends IntersectionType(SaveReferralDto, CommandInput) {}
