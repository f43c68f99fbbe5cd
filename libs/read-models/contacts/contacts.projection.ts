import { isErased, unlessErased, type Recorded } from '@app/kernel';
import { detailsIn, type ContactCreated, type ContactDetails, type ContactDetailsChanged } from '@app/domain/contact';
import { defineReadModel } from '../define-read-model.js';

export type ContactRow = ContactDetails & {
  readonly id: string;
  readonly programId: string;
  readonly addressIds: readonly string[];
  /** Search terms of the contact, each prefixed with the program. */
  readonly terms: readonly string[];
  /** The contact asked to be forgotten: name and number are erased, and only the id finds it. */
  readonly erased: boolean;
  readonly revision: number;
  /** The conversation in which staff made the person a lead. */
  readonly leadFrom?: string | null;
  /** Other applications that submitted the person. Rows written before these fields existed have none. */
  readonly applications?: readonly ContactApplication[];
  /** Left the program. */
  readonly removed?: boolean;
};

/** An application in which the person gave their details, and when that was first. */
export type ContactApplication = { readonly name: string; readonly at: string };

export const contactsProjection = defineReadModel<ContactRow>()({
  name: 'contacts',
  handles: [
    'ContactCreated',
    'ContactDetailsChanged',
    'LeadCreated',
    'LeadSubmitted',
    'ContactRemoved',
    'ContactRestored',
    'ContactErased',
  ],
  indexes: {},
  searchTerms: 'terms',
  touches: (event) => event.aggregateId,

  evolve(row, event) {
    const { revision } = event;
    if (event.type === 'ContactCreated' || event.type === 'ContactDetailsChanged') return withDetails(row, event);
    if (!row) return null;
    switch (event.type) {
      case 'ContactErased':
        return { ...row, ...nobody, terms: [searchTerm(row.id)], revision };
      case 'ContactRemoved':
      case 'ContactRestored':
        return { ...row, removed: event.type === 'ContactRemoved', revision };
      case 'LeadCreated':
        return { ...row, leadFrom: event.data.conversationId, revision };
      case 'LeadSubmitted': {
        const { application: name } = event.data;
        const applications = row.applications ?? [];
        if (isErased(name) || applications.some((known) => known.name === name)) return row;
        return { ...row, applications: [...applications, { name, at: event.metadata.occurredAt }], revision };
      }
    }
  },
});

const nobody = {
  name: null,
  phones: [],
  emails: [],
  externalId: null,
  groups: [],
  homeLocation: null,
  timeZone: null,
  addressIds: [],
  registered: false,
  active: false,
  erased: true,
  applications: [],
} as const satisfies Partial<ContactRow>;

function withDetails(
  row: ContactRow | null,
  { aggregateId: id, revision, metadata: { programId }, data }: Recorded<ContactCreated | ContactDetailsChanged>,
): ContactRow {
  const { leadFrom = null, applications = [], removed = false } = row ?? {};
  // An erased contact has no name, and only the id finds it.
  const details = {
    ...detailsIn(data),
    name: unlessErased(data.name, null),
    phones: unlessErased(data.phones, []),
    emails: unlessErased(data.emails, []),
    externalId: unlessErased(data.externalId, null),
    groups: unlessErased(data.groups, []),
    homeLocation: unlessErased(data.homeLocation, null),
    timeZone: unlessErased(data.timeZone, null),
  };
  const { addressIds } = data;
  const erased = isErased(data.name);
  const terms = termsOf(id, details, addressIds);
  return { id, programId, addressIds, ...details, leadFrom, applications, removed, terms, erased, revision };
}

function termsOf(
  id: string,
  { name, phones, emails, externalId }: Pick<ContactRow, 'name' | 'phones' | 'emails' | 'externalId'>,
  addressIds: readonly string[],
): string[] {
  const words = [
    id,
    ...(name?.split(/\s+/) ?? []),
    name ?? '',
    ...phones.flatMap(digitTerms),
    ...addressIds,
    ...emails,
    externalId ?? '',
  ];
  return [...new Set(words.filter((word) => word !== '').map((word) => searchTerm(word)))];
}

/** A number is found with and without its country code. */
const digitTerms = (phone: string): string[] => {
  const digits = phone.replace(/\D/g, '');
  return [digits, digits.slice(-NATIONAL_DIGITS)];
};
const NATIONAL_DIGITS = 10;

/** The search text for a number is its digits, without separators; other text is unchanged. */
const asTyped = (word: string): string => (/^[+\d\s().-]*\d[\d\s().-]*$/.test(word) ? word.replace(/\D/g, '') : word);

/** The stored form of a search term. */
export const searchTerm = (word: string): string => asTyped(word.trim()).toLowerCase();
