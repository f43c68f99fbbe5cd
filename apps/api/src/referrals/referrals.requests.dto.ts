import { ArgsType, InputType, IntersectionType } from '@nestjs/graphql';
import { IntersectionType as RestIntersectionType } from '@nestjs/swagger';
import { IsUUID, MaxLength } from 'class-validator';
import { CommandInput } from '../http/command-input.dto.js';
import { MessageOrderDto } from '../conversations/conversations.requests.dto.js';
import { ConnectionArgs, OneArgs, PageDto } from '../http/paging.dto.js';
import { IsCleanText, Optional } from '../http/validators.js';

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
export class HistoryPageDto extends RestIntersectionType(MessageOrderDto, PageDto) {}
@ArgsType()
export class HistoryArgs extends IntersectionType(MessageOrderDto, IntersectionType(OneArgs, ConnectionArgs)) {}

@InputType({ isAbstract: true })
export class ReferralInput extends CommandInput {
  @IsUUID() readonly referralId!: string;
}
@InputType()
export class CreateReferralInput extends IntersectionType(CreateReferralDto, CommandInput) {}
