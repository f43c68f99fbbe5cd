import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID, MaxLength } from 'class-validator';
import type { Channel } from '@app/domain/conversation';
import type { FolderChoice } from '@app/read-models';
import { PageDto } from '../http/paging.dto.js';
import { IsCleanText, IsPhone } from '../http/validators.js';

export const LONGEST_IN_APP = 5_000;

/** With whom: exactly one of `referralId`, `contactId` and `phone`. */
export class StartConversationDto {
  @IsOptional() @IsUUID() readonly referralId?: string;
  /** Of a referral: its referrer, unless the referred person is asked for. */
  @IsOptional() @IsIn(['referrer', 'referred']) readonly with?: 'referrer' | 'referred';
  @IsOptional() @IsUUID() readonly contactId?: string;
  @IsOptional() @IsPhone() readonly phone?: string;
}

export class SendMessageDto {
  @IsIn(['in-app', 'sms']) readonly channel!: Channel;
  @MaxLength(LONGEST_IN_APP) @IsCleanText() readonly text!: string;
}

export class ListConversationsDto extends PageDto {
  /** `inbox` is Unread, Read and Replied together. */
  @IsOptional() @IsIn(['inbox', 'unread', 'read', 'replied', 'archived', 'all']) readonly folder?: FolderChoice;
  @IsOptional() @IsUUID() readonly contactId?: string;
  @IsOptional() @IsUUID() readonly referralId?: string;
}

export class ListMessagesDto extends PageDto {
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(['asc', 'desc'])
  readonly order: 'asc' | 'desc' = 'asc';
}
