import { ObjectType } from '@nestjs/graphql';
import type { ContactType } from '@app/domain/contact';
import type { ContactPage, ContactView, PhoneConsent } from '@app/read-models';
import { consentStates, ConversationDto } from '../conversations/conversations.view.js';
import { CommandDto } from '../http/command.view.js';
import { ListOf, Nullable, OneOf } from '../http/view-fields.js';

const contactTypes: readonly ContactType[] = ['referrer', 'affiliate', 'referred', 'client', 'unknown'];

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
