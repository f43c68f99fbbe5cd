import { InputType, IntersectionType } from '@nestjs/graphql';
import { CommandInput } from '../http/command-input.dto.js';
import { IsLinkTemplate } from '../http/validators.js';

@InputType({ isAbstract: true })
export class ChangeLinksDto {
  /** Where emails to contacts link to: an address with `{conversationId}`. */
  @IsLinkTemplate() readonly portalLink!: string;
  /** Where emails to staff link to: an address with `{conversationId}`. */
  @IsLinkTemplate() readonly consoleLink!: string;
}
@InputType()
export class ChangeLinksInput extends IntersectionType(ChangeLinksDto, CommandInput) {}
