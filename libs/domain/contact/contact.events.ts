import type { EventTypes, JsonObject, Message, Personal } from '@app/kernel';

export type ContactType = 'referrer' | 'affiliate' | 'referred' | 'client' | 'unknown';

/** An IANA name, and where it was learnt: somebody stated it, or the country of the phone number has only one zone. */
export type ContactTimeZone = { readonly name: string; readonly source: 'stated' | 'phone' };

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
  /** Names of the groups that staff put the contact into. */
  readonly groups: readonly string[];
  readonly homeLocation: string | null;
  readonly timeZone: ContactTimeZone | null;
};

/** What is known of somebody who is new. */
export const noDetails: ContactDetails = {
  name: null,
  phones: [],
  emails: [],
  externalId: null,
  contactType: 'unknown',
  registered: false,
  active: true,
  groups: [],
  homeLocation: null,
  timeZone: null,
};

type PersonalDetail = 'name' | 'phones' | 'emails' | 'externalId' | 'groups' | 'homeLocation' | 'timeZone';

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

type Named = { firstName: Personal<string>; lastName: Personal<string> };

/** Staff made the person of a conversation a lead. The contact's name and email are in its details. */
export type LeadCreated = Message<
  'LeadCreated',
  Named & { contactId: string; conversationId: string; email: Personal<string>; by: string }
>;
/** The person gave their details in another application, such as a form of the website. */
export type LeadSubmitted = Message<
  'LeadSubmitted',
  Named & { contactId: string; application: Personal<string>; email: Personal<string | null>; by: string }
>;

/** The person left the program: the record stays, the portal is closed. */
export type ContactRemoved = Message<'ContactRemoved', { contactId: string; by: string }>;
/** The person is back, with the same account as before. */
export type ContactRestored = Message<'ContactRestored', { contactId: string; by: string }>;

export type ContactEvent =
  | ContactCreated
  | ContactDetailsChanged
  | ContactErased
  | LeadCreated
  | LeadSubmitted
  | ContactRemoved
  | ContactRestored;

const sealedDetails = {
  name: 'contactId',
  phones: 'contactId',
  emails: 'contactId',
  externalId: 'contactId',
  groups: 'contactId',
  homeLocation: 'contactId',
  timeZone: 'contactId',
} as const;

export const contactEventTypes = {
  ContactCreated: { version: 2, sealed: sealedDetails },
  ContactDetailsChanged: { version: 2, sealed: sealedDetails },
  ContactErased: { version: 1 },
  ContactRemoved: { version: 1 },
  ContactRestored: { version: 1 },
  LeadCreated: { version: 1, sealed: { firstName: 'contactId', lastName: 'contactId', email: 'contactId' } },
  LeadSubmitted: {
    version: 1,
    sealed: { firstName: 'contactId', lastName: 'contactId', email: 'contactId', application: 'contactId' },
  },
} as const satisfies EventTypes<ContactEvent>;

/** The sealed details of an event, once opened, replace these. */
const addedDetails = { groups: [], homeLocation: null, timeZone: null };

/** Upcasts stored events of older versions. */
export const contactUpcasters = {
  'ContactCreated.v1': (data: JsonObject) => ({ type: 'ContactCreated.v2', data: { ...data, ...addedDetails } }),
  'ContactDetailsChanged.v1': (data: JsonObject) => ({
    type: 'ContactDetailsChanged.v2',
    data: { ...data, ...addedDetails },
  }),
};
