import { ObjectType } from '@nestjs/graphql';
import type { Channel } from '@app/domain/conversation';
import type { MessageView } from '@app/read-models';
import { channels } from '../conversations/conversations.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { Nullable, OneOf } from '../http/view-fields.js';

@ObjectType('PortalConversation')
export class PortalConversationDto {
  readonly id!: string;
  @Nullable() readonly referralId!: string | null;
  /** Preview of the last message; null if it was erased. */
  @Nullable() readonly preview!: string | null;
  readonly lastActivityAt!: string;
  /** Messages by staff since you last read or wrote in the app. */
  readonly unread!: number;
}
/** For the badge. */
@ObjectType('PortalCounts')
export class PortalCountsDto {
  /** Messages by staff, in all your conversations, since you last read or wrote in the app. */
  readonly unread!: number;
  /** Position at which they were read: they count everything up to there; later changes may be counted. */
  @Nullable() readonly cursor!: string | null;
}
export class PortalConversationsDto extends pageOf(PortalConversationDto) {}
export const PortalConversationConnection = connectionOf('PortalConversation', PortalConversationDto);
/** Delivery states and refusals are shown only to staff. */
@ObjectType('PortalMessage')
export class PortalMessageDto {
  readonly id!: string;
  @OneOf(['message', 'automated', 'keyword']) readonly kind!: MessageView['kind'];
  @OneOf(['in', 'out']) readonly direction!: 'in' | 'out';
  @OneOf(channels) readonly channel!: Channel;
  /** Null if it was erased. */
  @Nullable() readonly text!: string | null;
  readonly at!: string;
}
export class PortalMessagesDto extends pageOf(PortalMessageDto) {}
export const PortalMessageConnection = connectionOf('PortalMessage', PortalMessageDto);
