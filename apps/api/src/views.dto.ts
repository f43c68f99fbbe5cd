import { ApiProperty } from '@nestjs/swagger';
import type { Channel } from '@app/domain/conversation';
import type { Lane } from '@app/domain/delivery';
import type { ConsentToRenew, DeliveryView, MessageView, ReferralPage, ReferralView } from '@app/read-models';
import { channels } from './conversations/conversations.view.js';
import { CommandDto } from './http/command.view.js';

// What queries and commands answer, as the API's description shows it. Each class is held to its view by `implements`.

const nullable = { nullable: true, type: String } as const;

export class OptInRequestedDto extends CommandDto {
  readonly consentId!: string;
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
