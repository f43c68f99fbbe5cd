import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { CommandDto } from '../http/command.view.js';

/** The link templates of a program. */
@ObjectType('Links')
export class LinksDto {
  readonly portalLink!: string;
  readonly consoleLink!: string;
  readonly revision!: number;
}

/** A rule of the program that its managers choose. */
@ObjectType('Policy')
export class PolicyDto {
  readonly name!: string;
  readonly value!: string;
  readonly default!: string;
  @Field(() => [String]) @ApiProperty({ type: [String] }) readonly choices!: readonly string[];
  readonly means!: string;
}

/** The automatic text that asks for YES, and its version, which evidence of consent names. */
@ObjectType('OptInText')
export class OptInTextDto {
  readonly version!: string;
  readonly text!: string;
}

/** The settings of a program. */
@ObjectType('Program')
export class ProgramDto extends LinksDto {
  @Field(() => ID) readonly id!: string;
  readonly name!: string;
  @Field(() => [PolicyDto]) @ApiProperty({ type: [PolicyDto] }) readonly policies!: readonly PolicyDto[];
  @Field(() => OptInTextDto) readonly optInText!: OptInTextDto;
  /** The sites that may show the widget. */
  @Field(() => [String]) @ApiProperty({ type: [String] }) readonly widgetOrigins!: readonly string[];
}

/** A number of the program. Texts are sent from the last one of the list. */
@ObjectType('ProgramSender')
export class SenderDto {
  @Field(() => ID) readonly id!: string;
  readonly phone!: string;
  readonly accountSid!: string;
  /** Webhooks signed with the former token are still accepted. */
  readonly isRotating!: boolean;
}

/** The numbers of a program. */
@ObjectType('ProgramSenders')
export class SendersDto {
  @Field(() => [SenderDto]) @ApiProperty({ type: [SenderDto] }) readonly documents!: readonly SenderDto[];
  readonly revision!: number;
}

@ObjectType('ProgramPayload')
export class ProgramPayload extends CommandDto {}

@ObjectType('SenderPayload')
export class SenderPayload extends CommandDto {
  @Field(() => ID) readonly senderId!: string;
}
