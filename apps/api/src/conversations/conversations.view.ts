import { Field, ObjectType } from '@nestjs/graphql';
import { contactSources, type Channel, type Folder, type Source } from '@app/domain/conversation';
import type { ConversationView, FolderChoice, MessageView } from '@app/read-models';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { ListOf, Nullable, NullableNumber, OneOf } from '../http/view-fields.js';

export const channels: readonly Channel[] = ['in-app', 'sms'];
export const folders: readonly Folder[] = ['unread', 'read', 'replied', 'archived', 'snoozed'];
/** What a list of conversations can be asked for. */
export const folderChoices: readonly FolderChoice[] = ['inbox', ...folders, 'all'];
export const sources: readonly Source[] = [...contactSources, 'console'];
export const consentStates = ['none', 'pending', 'yes', 'no'] as const;

@ObjectType('Conversation')
export class ConversationDto implements ConversationView {
  readonly id!: string;
  readonly contactId!: string;
  @Nullable() readonly referralId!: string | null;
  @OneOf(folders) readonly folder!: Folder;
  /** When the snooze ends; null: when the contact writes, or there is none. */
  @Nullable() readonly snoozedUntil!: string | null;
  @ListOf(String) readonly labels!: readonly string[];
  /** User id of the member of staff who is responsible; null: nobody. */
  @Nullable() readonly assignee!: string | null;
  /** Whether you get no alerts of it: your own choice, or by default for conversations that are not yours. */
  readonly isMuted!: boolean;
  /** When your mute ends; null: not automatically. */
  @Nullable() readonly mutedUntil!: string | null;
  /** The revision of the conversation up to which you have read it, by opening or answering it; null: not yet. */
  @NullableNumber() readonly myReadRevision!: number | null;
  /** The contact's messages after that. */
  readonly myUnread!: number;
  /**
   * Where it came from; console: staff started it, and the contact has not written yet. Null until the inbox is rebuilt
   * after an upgrade.
   */
  @OneOf(sources, { nullable: true }) readonly source!: Source | null;
  /** The contact's messages since the last message by staff. */
  readonly answers!: number;
  /** Preview of the last message; null if it was erased, or for a caller who may not read messages. */
  @Nullable() readonly preview!: string | null;
  @OneOf(channels, { nullable: true }) readonly channel!: Channel | null;
  readonly lastActivityAt!: string;
  @Nullable() readonly lastContactMessageAt!: string | null;
  readonly revision!: number;
  /** The contact's name, or the number until there is one. */
  readonly displayName!: string;
  @Nullable() readonly phone!: string | null;
  @OneOf(consentStates) readonly consent!: ConversationView['consent'];
  /** The program's number that received the opt-out in effect. */
  @Nullable() readonly optedOutOf!: string | null;
  @OneOf(['none', 'lead']) readonly leadState!: ConversationView['leadState'];
}
export class ConversationsDto extends pageOf(ConversationDto) {}
export const ConversationConnection = connectionOf('Conversation', ConversationDto);

@ObjectType('Actor')
export class ActorDto {
  @OneOf(['staff', 'contact', 'provider', 'system', 'integration']) readonly kind!: MessageView['author']['kind'];
  readonly id!: string;
}
@ObjectType('Message')
export class MessageDto implements MessageView {
  readonly id!: string;
  readonly conversationId!: string;
  @OneOf(['message', 'automated', 'keyword', 'refusal', 'assignment', 'note']) readonly kind!: MessageView['kind'];
  @OneOf(['in', 'out']) readonly direction!: 'in' | 'out';
  @Field(() => ActorDto) readonly author!: ActorDto;
  @OneOf(channels) readonly channel!: Channel;
  /** Null if it was erased, or for a caller who may not read messages. */
  @Nullable() readonly text!: string | null;
  /** For an assignment: the user id of the new assignee; null: nobody. */
  @Nullable() readonly assignee!: string | null;
  /** For a note: the user ids of the members that it mentions. */
  @ListOf(String) readonly mentions!: readonly string[];
  /** The conversation that received it; null unless it was moved. */
  @Nullable() readonly movedFrom!: string | null;
  /** For a refusal. */
  @Nullable() readonly rule!: string | null;
  /** For a message stopped by an opt-out: the program's number that received it. */
  @Nullable() readonly optedOutOf!: string | null;
  @Nullable() readonly deliveryId!: string | null;
  readonly at!: string;
  /**
   * Delivery state: posted or received in the app; queued, sending, the provider's status, failed, uncertain, withheld,
   * expired or unknown by text.
   */
  readonly state!: string;
  /** Description of the failure; for a message that our rules refused or withheld, the rule. */
  @Nullable() readonly reason!: string | null;
  @Nullable() readonly errorCode!: string | null;
}
export class MessagesDto extends pageOf(MessageDto) {}
export const MessageConnection = connectionOf('Message', MessageDto);

export class StartedDto extends CommandDto {
  readonly conversationId!: string;
}
export class SentDto extends CommandDto {
  readonly messageId!: string;
}
/** The response to every command on a conversation in GraphQL. */
@ObjectType('CommandPayload')
export class ConversationPayload extends CommandDto {
  readonly conversationId!: string;
  /** The id of the message or note that was written. */
  readonly messageId?: string | null;
}
