import { isErased, unlessErased } from '@app/kernel';
import { detailsIn, type ContactDetails } from '@app/domain/contact';
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
    const { aggregateId: id, revision, metadata } = event;
    const { leadFrom = null, applications = [], removed = false } = row ?? {};
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
    };
    if (event.type === 'ContactErased') return row && { ...row, ...nobody, terms: [searchTerm(id)], revision };
    if (event.type === 'ContactRemoved' || event.type === 'ContactRestored')
      return row && { ...row, removed: event.type === 'ContactRemoved', revision };
    if (event.type === 'LeadCreated') return row && { ...row, leadFrom: event.data.conversationId, revision };
    if (event.type === 'LeadSubmitted') {
      const { application } = event.data;
      if (!row || isErased(application) || applications.some(({ name }) => name === application)) return row;
      return { ...row, applications: [...applications, { name: application, at: metadata.occurredAt }], revision };
    }
    const { data } = event;
    const { programId } = metadata;
    const { addressIds } = data;
    // An erased contact has no name, and only the id finds it.
    const [name, externalId] = [unlessErased(data.name, null), unlessErased(data.externalId, null)];
    const [phones, emails] = [unlessErased(data.phones, []), unlessErased(data.emails, [])];
    const details = {
      ...detailsIn(data),
      name,
      phones,
      emails,
      externalId,
      groups: unlessErased(data.groups, []),
      homeLocation: unlessErased(data.homeLocation, null),
      timeZone: unlessErased(data.timeZone, null),
    };
    const words = [
      id,
      ...(name?.split(/\s+/) ?? []),
      name ?? '',
      ...phones.flatMap(digitTerms),
      ...addressIds,
      ...emails,
      externalId ?? '',
    ];
    const terms = [...new Set(words.filter((word) => word !== '').map((word) => searchTerm(word)))];
    const lead = { leadFrom, applications, removed };
    return { id, programId, addressIds, ...details, ...lead, terms, erased: isErased(data.name), revision };
  },
});

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
