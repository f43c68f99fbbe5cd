import type { EventTypes, Message, Personal } from '@app/kernel';

export type ContactType = 'referrer' | 'affiliate' | 'referred' | 'client' | 'unknown';

/** What is known of a contact. Phones are E.164. */
export type ContactDetails = {
  readonly name: string | null;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly externalId: string | null;
  readonly contactType: ContactType;
  /** Has a portal account. */
  readonly registered: boolean;
  readonly active: boolean;
};

type PersonalDetail = 'name' | 'phones' | 'emails' | 'externalId';

/** The details as stored; erased fields are marked. */
export type RecordedDetails = {
  readonly [Field in keyof ContactDetails]: Field extends PersonalDetail
    ? Personal<ContactDetails[Field]>
    : ContactDetails[Field];
};

export type ContactCreated = Message<
  'ContactCreated',
  RecordedDetails & { contactId: string; addressIds: readonly string[] }
>;
/** All details, replacing the former ones. */
export type ContactDetailsChanged = Message<
  'ContactDetailsChanged',
  RecordedDetails & { contactId: string; addressIds: readonly string[]; formerAddressIds: readonly string[] }
>;

/** The person asked to be forgotten. `addressIds` are all numbers that the contact ever had. */
export type ContactErased = Message<'ContactErased', { contactId: string; addressIds: readonly string[]; by: string }>;

export type ContactEvent = ContactCreated | ContactDetailsChanged | ContactErased;

export const contactEventTypes = {
  ContactCreated: {
    version: 1,
    sealed: { name: 'contactId', phones: 'contactId', emails: 'contactId', externalId: 'contactId' },
  },
  ContactDetailsChanged: {
    version: 1,
    sealed: { name: 'contactId', phones: 'contactId', emails: 'contactId', externalId: 'contactId' },
  },
  ContactErased: { version: 1 },
} as const satisfies EventTypes<ContactEvent>;
