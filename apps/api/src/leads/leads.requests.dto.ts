import { InputType, IntersectionType } from '@nestjs/graphql';
import { IsUUID, MaxLength } from 'class-validator';
import { CommandInput } from '../http/command-input.dto.js';
import { IsCleanText, IsEmailAddress, IsPhone, Optional } from '../http/validators.js';

@InputType({ isAbstract: true })
class LeadNameDto {
  @MaxLength(100) @IsCleanText() readonly firstName!: string;
  @MaxLength(100) @IsCleanText() readonly lastName!: string;
}

@InputType({ isAbstract: true })
export class CreateLeadDto extends LeadNameDto {
  @IsEmailAddress() readonly email!: string;
}

/** At least an email or a phone. */
@InputType({ isAbstract: true })
export class SubmitLeadDto extends LeadNameDto {
  /** Name of the application in which the person gave these details. */
  @MaxLength(100) @IsCleanText() readonly application!: string;
  @Optional() @IsEmailAddress() readonly email?: string;
  @Optional() @IsPhone() readonly phone?: string;
}

@InputType()
export class CreateLeadInput extends IntersectionType(CreateLeadDto, CommandInput) {
  @IsUUID() readonly conversationId!: string;
}
@InputType()
export class SubmitLeadInput extends IntersectionType(SubmitLeadDto, CommandInput) {}
