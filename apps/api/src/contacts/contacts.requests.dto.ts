import { ArgsType, Field, InputType, Int, IntersectionType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsUUID,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import type { ContactType } from '@app/domain/contact';
import { CommandInput } from '../http/command-input.dto.js';
import { ConnectionArgs, FreshDto, OneArgs } from '../http/paging.dto.js';
import { AsNumber, IsCleanText, IsEmailAddress, IsPhone, IsZone, Optional } from '../http/validators.js';

const types: readonly ContactType[] = ['referrer', 'affiliate', 'referred', 'client', 'unknown'];

@InputType({ isAbstract: true })
export class ChangeContactDto {
  @Optional() @MaxLength(200) @IsCleanText() readonly name?: string;
  /** In international form; texts go to the first one. */
  @Optional() @IsArray() @ArrayMaxSize(10) @ArrayUnique() @IsPhone({ each: true }) readonly phones?: string[];
  @Optional()
  @IsArray()
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsEmailAddress({ each: true })
  readonly emails?: string[];
  @Field(() => String) @Optional() @IsIn(types) readonly contactType?: ContactType;
  /** Has a portal account. */
  @Optional() @IsBoolean() readonly registered?: boolean;
  @Optional() @IsBoolean() readonly active?: boolean;
  /** All groups of the contact. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(20)
  @ArrayUnique()
  @MaxLength(100, { each: true })
  @IsCleanText({ each: true })
  readonly groups?: string[];
  @Optional() @MaxLength(200) @IsCleanText() readonly homeLocation?: string;
  /** IANA name, such as `Europe/Berlin`. Until it is stated, it is learnt from the phone's country, if that has only one. */
  @Optional() @IsZone() readonly timeZone?: string;
}

/** At least a name, a phone, an email or an external id. */
@InputType({ isAbstract: true })
export class CreateContactDto extends ChangeContactDto {
  /** The contact's id in its source system; one contact for each. */
  @Optional() @MaxLength(200) @IsCleanText() readonly externalId?: string;
}

/** Fields that are left out stay as they are. */
@InputType({ isAbstract: true })
export class SaveContactDto extends ChangeContactDto {
  /** The contact's id in its source system. */
  @MaxLength(200) @IsCleanText() readonly externalId!: string;
}

@ArgsType()
export class ContactSearchDto extends FreshDto {
  /** The start of a name, phone number, email, external id, or our id. */
  @MaxLength(200) @IsCleanText() readonly search!: string;
}
export class FindContactsDto extends ContactSearchDto {
  @ApiProperty({ required: false })
  @Optional()
  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(50)
  readonly limit: number = 20;
}
@ArgsType()
export class ContactsArgs extends ContactSearchDto {
  @Field(() => Int, { defaultValue: 20 }) @IsInt() @Min(1) @Max(50) readonly first: number = 20;
}

@ArgsType()
export class ContactListArgs extends IntersectionType(OneArgs, ConnectionArgs) {}

@InputType()
export class CreateContactInput extends IntersectionType(CreateContactDto, CommandInput) {}
@InputType()
export class SaveContactInput extends IntersectionType(SaveContactDto, CommandInput) {}
@InputType({ isAbstract: true })
export class ContactInput extends CommandInput {
  @IsUUID() readonly contactId!: string;
}
@InputType()
export class ChangeContactInput extends IntersectionType(ChangeContactDto, ContactInput) {}
