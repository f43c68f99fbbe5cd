import { Field, InputType, IntersectionType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, ValidateIf } from 'class-validator';
import { emailChoices, type EmailChoice } from '@app/kernel';
import { CommandInput } from '../http/command-input.dto.js';

@InputType({ isAbstract: true })
export class ChoosePreferencesDto {
  /** Emails about messages in the app: one each, those of a while in one, or none; null: as the program decides. */
  @Field(() => String, { nullable: true, description: `${emailChoices.join(', ')}; null: as the program decides` })
  @ApiProperty({ enum: emailChoices, type: String, nullable: true })
  @ValidateIf((_, value) => value !== null)
  @IsIn(emailChoices)
  readonly email!: EmailChoice | null;
}
@InputType()
export class ChoosePreferencesInput extends IntersectionType(ChoosePreferencesDto, CommandInput) {}
