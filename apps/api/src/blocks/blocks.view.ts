import { ObjectType } from '@nestjs/graphql';
import type { Channel } from '@app/domain/conversation';
import type { BlockedMessageView, BlockView } from '@app/read-models';
import { channels } from '../conversations/conversations.view.js';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { Nullable, OneOf } from '../http/view-fields.js';

@ObjectType('Block')
export class BlockDto implements BlockView {
  /** Id of the contact, or of the number. */
  readonly id!: string;
  @OneOf(['contact', 'number']) readonly kind!: BlockView['kind'];
  /** The name of a contact. */
  @Nullable() readonly name!: string | null;
  /** Null if it was erased. */
  @Nullable() readonly phone!: string | null;
  /** User id of the member of staff who placed it. */
  readonly by!: string;
  readonly blockedAt!: string;
  /** How many messages it has kept out. */
  readonly messages!: number;
  @Nullable() readonly lastMessageAt!: string | null;
}
export class BlocksDto extends pageOf(BlockDto) {}
export const BlockConnection = connectionOf('Block', BlockDto);

@ObjectType('BlockedMessage')
export class BlockedMessageDto implements BlockedMessageView {
  readonly id!: string;
  readonly contactId!: string;
  @OneOf(channels) readonly channel!: Channel;
  /** Null if it was erased, or for a caller who may not read messages. */
  @Nullable() readonly text!: string | null;
  /** The keyword, which counts for consent all the same. */
  @Nullable() readonly keyword!: string | null;
  readonly at!: string;
}
export class BlockedMessagesDto extends pageOf(BlockedMessageDto) {}
export const BlockedMessageConnection = connectionOf('BlockedMessage', BlockedMessageDto);

@ObjectType('BlockPayload')
export class BlockPayload extends CommandDto {
  readonly blockId!: string;
}
