import { ArgsType, Field, ID, InputType, IntersectionType } from '@nestjs/graphql';
import { IsUUID, MaxLength } from 'class-validator';
import { ConversationInput, LONGEST_IN_APP, MessagesArgs } from '../conversations/conversations.requests.dto.js';
import { IsCleanText } from '../http/validators.js';

@InputType({ isAbstract: true })
export class WritePortalMessageDto {
  @MaxLength(LONGEST_IN_APP) @IsCleanText() readonly text!: string;
}
@InputType()
export class WritePortalMessageInput extends IntersectionType(WritePortalMessageDto, ConversationInput) {}

@InputType()
export class ReadPortalConversationInput extends ConversationInput {}

@ArgsType()
export class PortalMessagesArgs extends MessagesArgs {
  /** Id of one of the contact's conversations. */
  @Field(() => ID) @IsUUID() readonly id!: string;
}
