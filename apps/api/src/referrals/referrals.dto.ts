import { IsOptional, IsUUID, MaxLength } from 'class-validator';
import { IsCleanText } from '../http/validators.js';

export class CreateReferralDto {
  @IsUUID() readonly referrerId!: string;
  @IsUUID() readonly referredId!: string;
  @IsOptional() @MaxLength(100) @IsCleanText() readonly status?: string;
  /** The referral's id in the system it comes from; one referral for each. */
  @IsOptional() @MaxLength(200) @IsCleanText() readonly externalId?: string;
}
