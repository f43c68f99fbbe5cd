import { InputType, IntersectionType } from '@nestjs/graphql';
import { IsUUID, MaxLength } from 'class-validator';
import { CommandInput } from '../http/command-input.dto.js';
import { IsCleanText, Optional } from '../http/validators.js';

@InputType({ isAbstract: true })
export class CreateReferralDto {
  @IsUUID() readonly referrerId!: string;
  @IsUUID() readonly referredId!: string;
  @Optional() @MaxLength(100) @IsCleanText() readonly status?: string;
  /** The referral's id in its source system; one referral for each. */
  @Optional() @MaxLength(200) @IsCleanText() readonly externalId?: string;
}
@InputType()
export class CreateReferralInput extends IntersectionType(CreateReferralDto, CommandInput) {}
