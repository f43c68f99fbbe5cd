import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import type { ContactType } from '@app/domain/contact';
import { FreshDto } from '../http/paging.dto.js';
import { AsNumber, IsCleanText, IsEmailAddress, IsPhone } from '../http/validators.js';

const types: readonly ContactType[] = ['referrer', 'affiliate', 'referred', 'client', 'unknown'];

export class ChangeContactDto {
  @IsOptional() @MaxLength(200) @IsCleanText() readonly name?: string;
  /** In international form; the first is the one that is texted. */
  @IsOptional() @IsArray() @ArrayMaxSize(10) @ArrayUnique() @IsPhone({ each: true }) readonly phones?: string[];
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @ArrayUnique()
  @MaxLength(254, { each: true })
  @IsEmailAddress({ each: true })
  readonly emails?: string[];
  @IsOptional() @IsIn(types) readonly contactType?: ContactType;
  /** Has an account of the portal. */
  @IsOptional() @IsBoolean() readonly registered?: boolean;
  @IsOptional() @IsBoolean() readonly active?: boolean;
}

/** At least a name, a phone, an email or an external id. */
export class CreateContactDto extends ChangeContactDto {
  /** The contact's id in the system it comes from; one contact for each. */
  @IsOptional() @MaxLength(200) @IsCleanText() readonly externalId?: string;
}

export class FindContactsDto extends FreshDto {
  /** The beginning of a name, phone, email, external id, or our id. */
  @MaxLength(200) @IsCleanText() readonly search!: string;
  @ApiProperty({ required: false })
  @IsOptional()
  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(50)
  readonly limit: number = 20;
}
