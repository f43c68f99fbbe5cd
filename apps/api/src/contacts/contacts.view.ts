import { Field, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { ContactTimeZone, ContactType } from '@app/domain/contact';
import type { ContactApplication, ContactPage, ContactView, PhoneConsent } from '@app/read-models';
import { consentStates, ConversationDto } from '../conversations/conversations.view.js';
import { CommandDto } from '../http/command.view.js';
import { ListOf, Nullable, OneOf } from '../http/view-fields.js';

const contactTypes: readonly ContactType[] = ['referrer', 'affiliate', 'referred', 'client', 'unknown'];

@ObjectType('ContactTimeZone')
export class TimeZoneDto implements ContactTimeZone {
  /** IANA name. */
  readonly name!: string;
  /** Where it was learnt: stated, or the only zone of the phone number's country. */
  @OneOf(['stated', 'phone']) readonly source!: ContactTimeZone['source'];
}

@ObjectType('ContactApplication')
export class ContactApplicationDto implements ContactApplication {
  readonly name!: string;
  /** When the person first gave their details there. */
  readonly at!: string;
}

@ObjectType('Contact')
export class ContactDto implements ContactView {
  readonly id!: string;
  @Nullable() readonly name!: string | null;
  @ListOf(String) readonly phones!: readonly string[];
  @ListOf(String) readonly emails!: readonly string[];
  @Nullable() readonly externalId!: string | null;
  @OneOf(contactTypes) readonly contactType!: ContactType;
  readonly registered!: boolean;
  readonly active!: boolean;
  @ListOf(String) readonly groups!: readonly string[];
  @Nullable() readonly homeLocation!: string | null;
  @ApiProperty({ type: TimeZoneDto, nullable: true })
  @Field(() => TimeZoneDto, { nullable: true })
  readonly timeZone!: TimeZoneDto | null;
  /** The conversation in which staff made the person a lead. */
  @Nullable() readonly leadFrom!: string | null;
  /** Other applications in which the person gave their details. */
  @ListOf(ContactApplicationDto) readonly applications!: readonly ContactApplicationDto[];
  /** The person left the program: no portal, no messages in the app. */
  readonly removed!: boolean;
  /** The person asked to be forgotten. */
  readonly erased!: boolean;
  readonly revision!: number;
}
export class ContactsDto {
  @ListOf(ContactDto) readonly documents!: readonly ContactDto[];
}

@ObjectType('PhoneConsent')
export class PhoneConsentDto implements PhoneConsent {
  readonly phone!: string;
  readonly senderId!: string;
  @Nullable() readonly senderPhone!: string | null;
  @OneOf(consentStates) readonly status!: PhoneConsent['status'];
  readonly textedFirst!: boolean;
  @Nullable() readonly purpose!: string | null;
  readonly since!: string;
  /** The cause: a form, or a keyword. */
  readonly by!: string;
}
@ObjectType('ContactDetails')
export class ContactPageDto extends ContactDto implements ContactPage {
  @ListOf(PhoneConsentDto) readonly consents!: readonly PhoneConsentDto[];
  @ListOf(ConversationDto) readonly conversations!: readonly ConversationDto[];
}

@ObjectType('ContactPayload')
export class ContactCreatedDto extends CommandDto {
  readonly contactId!: string;
}
