import { Field, InputType, IntersectionType } from '@nestjs/graphql';
import { IsIn, IsISO8601, IsUUID, MaxLength } from 'class-validator';
import type { Purpose } from '@app/domain/consent';
import { CommandInput } from '../http/command-input.dto.js';
import { IsCleanText, IsPastTime, IsPhone, Optional } from '../http/validators.js';

/** A consent form and its content: the evidence. */
@InputType({ isAbstract: true })
export class RequestOptInDto {
  @IsUUID() readonly contactId!: string;
  /** One of the contact's phones; the first when absent. */
  @Optional() @IsPhone() readonly phone?: string;
  /** The opt-in request goes into the conversation about this referral, otherwise into the general one. */
  @Optional() @IsUUID() readonly referralId?: string;
  /** `conversational` (the default) or `marketing`. */
  @Field(() => String) @Optional() @IsIn(['conversational', 'marketing']) readonly purpose?: Purpose;
  /** The exact wording beside the box. */
  @MaxLength(2_000) @IsCleanText() readonly wording!: string;
  @MaxLength(100) @IsCleanText() readonly wordingVersion!: string;
  /** The page or form that showed the wording. */
  @MaxLength(500) @IsCleanText() readonly source!: string;
  /** When the box was ticked; now when absent. */
  @Optional() @MaxLength(40) @IsISO8601({ strict: true }) @IsPastTime() readonly tickedAt?: string;
}
@InputType()
export class RequestOptInInput extends IntersectionType(RequestOptInDto, CommandInput) {}
