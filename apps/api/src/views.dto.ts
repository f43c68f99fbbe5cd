import { ApiProperty } from '@nestjs/swagger';
import type { ContactType } from '@app/domain/contact';
import type { Channel, Folder } from '@app/domain/conversation';
import type { Lane } from '@app/domain/delivery';
import type {
  ConsentToRenew,
  ContactPage,
  ContactView,
  ConversationView,
  DeliveryView,
  MessageView,
  PhoneConsent,
  ReferralPage,
  ReferralView,
} from '@app/read-models';
import type { CommandAnswer } from './http/answers.js';

// What queries and commands answer, as the API's description shows it. Each class is held to its view by `implements`.

const nullable = { nullable: true, type: String } as const;
const folders: readonly Folder[] = ['unread', 'read', 'replied', 'archived'];
const channels: readonly Channel[] = ['in-app', 'sms'];
const contactTypes: readonly ContactType[] = ['referrer', 'affiliate', 'referred', 'client', 'unknown'];
const consentStates = ['none', 'pending', 'yes', 'no'] as const;

export class CommandDto implements CommandAnswer {
  /** Revision of the resource, for `If-Match`. */
  readonly revision!: number;
  /** A query may wait for this position to see the command's effect. */
  @ApiProperty(nullable) readonly position!: string | null;
}
export class StartedDto extends CommandDto {
  readonly conversationId!: string;
}
export class SentDto extends CommandDto {
  readonly messageId!: string;
}
export class ContactCreatedDto extends CommandDto {
  readonly contactId!: string;
}
export class ReferralCreatedDto extends CommandDto {
  readonly referralId!: string;
}
export class OptInRequestedDto extends CommandDto {
  readonly consentId!: string;
}

export class ConversationDto implements ConversationView {
  readonly id!: string;
  readonly contactId!: string;
  @ApiProperty(nullable) readonly referralId!: string | null;
  @ApiProperty({ enum: folders }) readonly folder!: Folder;
  /** The contact's messages since the last message by staff. */
  readonly answers!: number;
  /** Of the last message; null where it was erased. */
  @ApiProperty(nullable) readonly preview!: string | null;
  @ApiProperty({ enum: channels, nullable: true, type: String }) readonly channel!: Channel | null;
  readonly lastActivityAt!: string;
  @ApiProperty(nullable) readonly lastContactMessageAt!: string | null;
  readonly revision!: number;
  /** The contact's name, or the number until there is one. */
  readonly displayName!: string;
  @ApiProperty(nullable) readonly phone!: string | null;
  @ApiProperty({ enum: consentStates }) readonly consent!: ConversationView['consent'];
  /** The program's number that received the opt-out which stands. */
  @ApiProperty(nullable) readonly optedOutOf!: string | null;
  @ApiProperty({ enum: ['none', 'lead'] }) readonly leadState!: ConversationView['leadState'];
}
export class ConversationsDto {
  @ApiProperty({ type: [ConversationDto] }) readonly documents!: readonly ConversationDto[];
  /** Cursor of the next page; null on the last. */
  @ApiProperty(nullable) readonly next!: string | null;
}

export class ActorDto {
  @ApiProperty({ enum: ['staff', 'contact', 'provider', 'system', 'integration'] })
  readonly kind!: MessageView['author']['kind'];
  readonly id!: string;
}
export class MessageDto implements MessageView {
  readonly id!: string;
  readonly conversationId!: string;
  @ApiProperty({ enum: ['message', 'automated', 'keyword', 'refusal'] }) readonly kind!: MessageView['kind'];
  @ApiProperty({ enum: ['in', 'out'] }) readonly direction!: 'in' | 'out';
  readonly author!: ActorDto;
  @ApiProperty({ enum: channels }) readonly channel!: Channel;
  /** Null where it was erased. */
  @ApiProperty(nullable) readonly text!: string | null;
  /** Of a refusal. */
  @ApiProperty(nullable) readonly rule!: string | null;
  /** Of a message stopped by an opt-out: the program's number that received it. */
  @ApiProperty(nullable) readonly optedOutOf!: string | null;
  @ApiProperty(nullable) readonly deliveryId!: string | null;
  readonly at!: string;
  /** How far it is: posted or received in the app; queued, sending, the provider's status, failed, uncertain, withheld, expired or unknown by text. */
  readonly state!: string;
  /** Why it failed, in words; of a message that our rules refused or withheld, the rule. */
  @ApiProperty(nullable) readonly reason!: string | null;
  @ApiProperty(nullable) readonly errorCode!: string | null;
}
export class MessagesDto {
  @ApiProperty({ type: [MessageDto] }) readonly documents!: readonly MessageDto[];
  @ApiProperty(nullable) readonly next!: string | null;
}

export class PortalConversationDto {
  readonly id!: string;
  @ApiProperty(nullable) readonly referralId!: string | null;
  /** Of the last message; null where it was erased. */
  @ApiProperty(nullable) readonly preview!: string | null;
  readonly lastActivityAt!: string;
}
export class PortalConversationsDto {
  @ApiProperty({ type: [PortalConversationDto] }) readonly documents!: readonly PortalConversationDto[];
  @ApiProperty(nullable) readonly next!: string | null;
}
/** What staff is told of deliveries and refusals is theirs. */
export class PortalMessageDto {
  readonly id!: string;
  @ApiProperty({ enum: ['message', 'automated', 'keyword'] }) readonly kind!: MessageView['kind'];
  @ApiProperty({ enum: ['in', 'out'] }) readonly direction!: 'in' | 'out';
  @ApiProperty({ enum: channels }) readonly channel!: Channel;
  /** Null where it was erased. */
  @ApiProperty(nullable) readonly text!: string | null;
  readonly at!: string;
}
export class PortalMessagesDto {
  @ApiProperty({ type: [PortalMessageDto] }) readonly documents!: readonly PortalMessageDto[];
  @ApiProperty(nullable) readonly next!: string | null;
}

export class ContactDto implements ContactView {
  readonly id!: string;
  @ApiProperty(nullable) readonly name!: string | null;
  @ApiProperty({ type: [String] }) readonly phones!: readonly string[];
  @ApiProperty({ type: [String] }) readonly emails!: readonly string[];
  @ApiProperty(nullable) readonly externalId!: string | null;
  @ApiProperty({ enum: contactTypes }) readonly contactType!: ContactType;
  readonly registered!: boolean;
  readonly active!: boolean;
  /** The person asked to be forgotten. */
  readonly erased!: boolean;
  readonly revision!: number;
}
export class ContactsDto {
  @ApiProperty({ type: [ContactDto] }) readonly documents!: readonly ContactDto[];
}
export class PhoneConsentDto implements PhoneConsent {
  readonly phone!: string;
  readonly senderId!: string;
  @ApiProperty(nullable) readonly senderPhone!: string | null;
  @ApiProperty({ enum: consentStates }) readonly status!: PhoneConsent['status'];
  readonly textedFirst!: boolean;
  @ApiProperty(nullable) readonly purpose!: string | null;
  readonly since!: string;
  /** What led to it: a form, or a keyword. */
  readonly by!: string;
}
export class ContactPageDto extends ContactDto implements ContactPage {
  @ApiProperty({ type: [PhoneConsentDto] }) readonly consents!: readonly PhoneConsentDto[];
  @ApiProperty({ type: [ConversationDto] }) readonly conversations!: readonly ConversationDto[];
}

export class ContactNameDto {
  readonly id!: string;
  @ApiProperty(nullable) readonly name!: string | null;
}
export class ConsentToRenewDto implements ConsentToRenew {
  @ApiProperty(nullable) readonly phone!: string | null;
  @ApiProperty({ type: [ContactNameDto] }) readonly contacts!: readonly ContactNameDto[];
  /** The number they agreed to. */
  readonly formerSenderPhone!: string;
  @ApiProperty(nullable) readonly purpose!: string | null;
  readonly since!: string;
}
export class ConsentsToRenewDto {
  @ApiProperty({ type: [ConsentToRenewDto] }) readonly documents!: readonly ConsentToRenewDto[];
  @ApiProperty(nullable) readonly next!: string | null;
}

export class ReferralDto implements ReferralView {
  readonly id!: string;
  readonly referrerId!: string;
  readonly referredId!: string;
  /** Null where it was erased. */
  @ApiProperty(nullable) readonly status!: string | null;
  @ApiProperty(nullable) readonly externalId!: string | null;
  readonly createdAt!: string;
  /** A conversation that is not archived: the icon of the list. */
  readonly hasOpenConversation!: boolean;
}
export class ReferralsDto {
  @ApiProperty({ type: [ReferralDto] }) readonly documents!: readonly ReferralDto[];
  @ApiProperty(nullable) readonly next!: string | null;
}
export class ReferralPageDto extends ReferralDto implements ReferralPage {
  @ApiProperty({ type: ContactDto, nullable: true }) readonly referrer!: ContactDto | null;
  @ApiProperty({ type: ContactDto, nullable: true }) readonly referred!: ContactDto | null;
  @ApiProperty({ type: [ConversationDto] }) readonly conversations!: readonly ConversationDto[];
}

export class RecipientDto {
  @ApiProperty({ enum: ['contact', 'member'] }) readonly kind!: 'contact' | 'member';
  readonly id!: string;
}
export class AttemptDto {
  @ApiProperty(nullable) readonly providerId!: string | null;
  @ApiProperty(nullable) readonly status!: string | null;
  @ApiProperty(nullable) readonly errorCode!: string | null;
}
export class DeliveryDto implements DeliveryView {
  readonly id!: string;
  @ApiProperty({ enum: ['sms', 'email'] }) readonly channel!: 'sms' | 'email';
  @ApiProperty({ enum: ['person', 'opt-in-request', 'notification'] }) readonly lane!: Lane;
  readonly messageId!: string;
  readonly conversationId!: string;
  readonly recipient!: RecipientDto;
  @ApiProperty({ enum: ['requested', 'claimed', 'uncertain', 'accepted', 'refused', 'withheld', 'expired', 'left'] })
  readonly status!: DeliveryView['status'];
  readonly notBefore!: string;
  readonly expiresAt!: string;
  @ApiProperty(nullable) readonly claimedAt!: string | null;
  @ApiProperty(nullable) readonly providerId!: string | null;
  @ApiProperty(nullable) readonly providerStatus!: string | null;
  @ApiProperty(nullable) readonly errorCode!: string | null;
  @ApiProperty(nullable) readonly reason!: string | null;
  /** What the provider said of attempts before the last one, after somebody decided to send again. */
  @ApiProperty({ type: [AttemptDto] }) readonly earlierAttempts!: readonly AttemptDto[];
}
export class DeliveriesDto {
  @ApiProperty({ type: [DeliveryDto] }) readonly documents!: readonly DeliveryDto[];
  @ApiProperty(nullable) readonly next!: string | null;
}
