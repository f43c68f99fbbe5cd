import { Field, InputType, IntersectionType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { policies, type PolicyName } from '@app/domain/program';
import { CommandInput } from '../http/command-input.dto.js';
import { IsAccountSid, IsCleanText, IsLinkTemplate, IsOrigin, IsPhone } from '../http/validators.js';

const policyNames = Object.keys(policies) as readonly PolicyName[];

@InputType({ isAbstract: true })
export class ChangeLinksDto {
  /** Where emails to contacts link to: an address with `{conversationId}`. */
  @IsLinkTemplate() readonly portalLink!: string;
  /** Where emails to staff link to: an address with `{conversationId}`. */
  @IsLinkTemplate() readonly consoleLink!: string;
}
@InputType()
export class ChangeLinksInput extends IntersectionType(ChangeLinksDto, CommandInput) {}

@InputType({ isAbstract: true })
export class RenameProgramDto {
  @MaxLength(200) @IsCleanText() readonly name!: string;
}
@InputType()
export class RenameProgramInput extends IntersectionType(RenameProgramDto, CommandInput) {}

@InputType({ isAbstract: true })
export class ChangePolicyDto {
  @Field(() => String, { description: policyNames.join(', ') })
  @ApiProperty({ enum: policyNames, type: String })
  @IsIn(policyNames)
  readonly name!: PolicyName;
  /** One of the choices of the policy. */
  @MaxLength(100) @IsString() readonly value!: string;
}
@InputType()
export class ChangePolicyInput extends IntersectionType(ChangePolicyDto, CommandInput) {}

@InputType({ isAbstract: true })
export class ChangeOriginsDto {
  /** The sites that may show the widget, such as `https://shop.example`; replaces the former list. */
  @ArrayMaxSize(50) @ArrayUnique() @IsOrigin({ each: true }) @IsArray() readonly origins!: string[];
}
@InputType()
export class ChangeOriginsInput extends IntersectionType(ChangeOriginsDto, CommandInput) {}

@InputType({ isAbstract: true })
export class ChangeOptInTextDto {
  /** The automatic text that asks for YES. It must say how to opt out, with the word STOP. */
  @MaxLength(1_600) @IsCleanText() readonly text!: string;
}
@InputType()
export class ChangeOptInTextInput extends IntersectionType(ChangeOptInTextDto, CommandInput) {}

@InputType({ isAbstract: true })
export class SetSenderDto {
  @IsPhone() readonly phone!: string;
  /** The provider account that the number belongs to. */
  @IsAccountSid() readonly accountSid!: string;
  /** Signs the provider’s webhooks and our requests. It is stored encrypted and never shown. */
  @MaxLength(200) @Matches(/^[\x21-\x7e]+$/) readonly authToken!: string;
}
@InputType()
export class SetSenderInput extends IntersectionType(SetSenderDto, CommandInput) {}

@InputType({ isAbstract: true })
export class EndTokenRotationDto {
  @MaxLength(100) @IsString() readonly senderId!: string;
}
@InputType()
export class EndTokenRotationInput extends IntersectionType(EndTokenRotationDto, CommandInput) {}
