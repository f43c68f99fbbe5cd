import { ArgsType, Field, InputType, IntersectionType } from '@nestjs/graphql';
import { ApiProperty, IntersectionType as RestIntersectionType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsNotEmpty, IsString, IsUUID, MaxLength } from 'class-validator';
import { LONGEST_LABEL, type Channel, type Source } from '@app/domain/conversation';
import type { FolderChoice } from '@app/read-models';
import { sources, folderChoices } from './conversations.view.js';
import { CommandInput } from '../http/command-input.dto.js';
import { ConnectionArgs, PageDto } from '../http/paging.dto.js';
import { IsCleanText, IsPhone, Optional } from '../http/validators.js';

export const LONGEST_IN_APP = 5_000;
export const LONGEST_ID = 200;

/** The other party: exactly one of `referralId`, `contactId` and `phone`. */
@InputType({ isAbstract: true })
export class StartConversationDto {
  @Optional() @IsUUID() readonly referralId?: string;
  /** With a referral: its referrer, unless the referred person is requested. */
  @Field(() => String)
  @Optional()
  @IsIn(['referrer', 'referred'])
  readonly with?: 'referrer' | 'referred';
  @Optional() @IsUUID() readonly contactId?: string;
  @Optional() @IsPhone() readonly phone?: string;
  /**
   * By what you want to write, `in-app` or `sms`. In the app, and if the contact has no phone number, nothing is started
   * with a contact who is not registered, not active, or removed.
   */
  @Field(() => String) @Optional() @IsIn(['in-app', 'sms']) readonly channel?: Channel;
}

@InputType({ isAbstract: true })
export class SendMessageDto {
  /** `in-app` or `sms`. */
  @Field(() => String) @IsIn(['in-app', 'sms']) readonly channel!: Channel;
  /** By `sms` at most 1600 characters. */
  @MaxLength(LONGEST_IN_APP) @IsCleanText() readonly text!: string;
  /**
   * Id of the last message that the author has seen. When a colleague has written since, nothing is sent, and the answer
   * is 409 `ColleagueReplied` with the newer message. Without it, the message is sent in any case.
   */
  @Optional() @IsUUID() readonly lastSeen?: string;
}

const MOST_MENTIONS = 20;

@InputType({ isAbstract: true })
export class AddNoteDto {
  /** Read by staff only, never by the contact. */
  @MaxLength(LONGEST_IN_APP) @IsCleanText() readonly text!: string;
  /** User ids of members of staff who get an email about the note; the email does not contain its text. */
  @Optional()
  @IsArray()
  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: LONGEST_ID },
    maxItems: MOST_MENTIONS,
  })
  @ArrayMaxSize(MOST_MENTIONS)
  @ArrayUnique()
  @IsNotEmpty({ each: true })
  @MaxLength(LONGEST_ID, { each: true })
  @IsString({ each: true })
  readonly mentions?: string[];
}

/** The conversations to list: at most one of `folder`, `contactId`, `referralId`, `source` and `label`; `view` goes with `folder`. */
@ArgsType()
export class ConversationFilterDto {
  /** `all` (the default), or `mine`: assigned to you, started by you, or with a message of yours. */
  @Field(() => String)
  @Optional()
  @IsIn(['all', 'mine'])
  readonly view?: 'all' | 'mine';
  /** `inbox` (Unread, Read and Replied together, the default), `unread`, `read`, `replied`, `archived`, `snoozed` or `all`. */
  @Field(() => String)
  @Optional()
  @IsIn(folderChoices)
  readonly folder?: FolderChoice;
  @Optional() @IsUUID() readonly contactId?: string;
  @Optional() @IsUUID() readonly referralId?: string;
  /**
   * Where it came from: `form`, `widget`, `portal`, `text`, or `console` (staff started it, and the contact has not
   * written yet).
   */
  @Field(() => String)
  @Optional()
  @IsIn(sources)
  readonly source?: Source;
  /** Those with this label, the latest labelled first. */
  @Optional() @MaxLength(LONGEST_LABEL) @IsCleanText() readonly label?: string;
}
export class ListConversationsDto extends RestIntersectionType(ConversationFilterDto, PageDto) {}
@ArgsType()
export class InboxArgs extends IntersectionType(ConversationFilterDto, ConnectionArgs) {}

/** Which messages: at most one of `after`, `before` and `around`. */
@ArgsType()
export class MessageOrderDto {
  /** `asc` or `desc`. */
  @ApiProperty({ required: false })
  @Field(() => String, { defaultValue: 'asc' })
  @Optional()
  @IsIn(['asc', 'desc'])
  readonly order: 'asc' | 'desc' = 'asc';
}
@ArgsType()
export class MessagePlaceDto extends MessageOrderDto {
  /** Id of a message: those before it. */
  @Optional() @IsUUID() readonly before?: string;
  /** Id of a message: it, and as many before it as after it, at least one. */
  @Optional() @IsUUID() readonly around?: string;
}
export class ListMessagesDto extends RestIntersectionType(MessagePlaceDto, PageDto) {}
@ArgsType()
export class MessagesArgs extends IntersectionType(MessagePlaceDto, ConnectionArgs) {}

@InputType({ isAbstract: true })
export class ConversationInput extends CommandInput {
  @IsUUID() readonly conversationId!: string;
}
@InputType()
export class StartConversationInput extends IntersectionType(StartConversationDto, CommandInput) {}
@InputType()
export class AddNoteInput extends IntersectionType(AddNoteDto, ConversationInput) {}
@InputType()
export class SendMessageInput extends IntersectionType(SendMessageDto, ConversationInput) {}
