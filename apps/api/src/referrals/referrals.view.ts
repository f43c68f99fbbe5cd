import { Field, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { ReferralPage, ReferralView } from '@app/read-models';
import { ContactDto } from '../contacts/contacts.view.js';
import { ConversationDto } from '../conversations/conversations.view.js';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { ListOf, Nullable } from '../http/view-fields.js';

@ObjectType('Referral')
export class ReferralDto implements ReferralView {
  readonly id!: string;
  readonly referrerId!: string;
  readonly referredId!: string;
  /** Null if it was erased. */
  @Nullable() readonly status!: string | null;
  @Nullable() readonly externalId!: string | null;
  readonly createdAt!: string;
  /** A conversation that is not archived: the icon of the list. */
  readonly hasOpenConversation!: boolean;
}
export class ReferralsDto extends pageOf(ReferralDto) {}
export const ReferralConnection = connectionOf('Referral', ReferralDto);

@ObjectType('ReferralDetails')
export class ReferralPageDto extends ReferralDto implements ReferralPage {
  @ApiProperty({ type: ContactDto, nullable: true })
  @Field(() => ContactDto, { nullable: true })
  readonly referrer!: ContactDto | null;
  @ApiProperty({ type: ContactDto, nullable: true })
  @Field(() => ContactDto, { nullable: true })
  readonly referred!: ContactDto | null;
  @ListOf(ConversationDto) readonly conversations!: readonly ConversationDto[];
}

@ObjectType('ReferralPayload')
export class ReferralCreatedDto extends CommandDto {
  readonly referralId!: string;
}
