import type { Projection } from '@app/eventing';
import type { ContactDetails, ContactEvent } from '@app/domain/contact';

export type ContactRow = ContactDetails & {
  readonly id: string;
  readonly programId: string;
  readonly phoneIds: readonly string[];
  /** What the contact is found by, each with the program in front. */
  readonly terms: readonly string[];
  readonly revision: number;
};

export const contactsProjection: Projection<ContactEvent, ContactRow> = {
  name: 'contacts',
  categories: ['contact'],
  indexes: { program: ['programId'] },
  searchTerms: 'terms',
  touches: (event) => event.aggregateId,

  evolve(_row, { aggregateId: id, data, revision, metadata: { programId } }) {
    const { name, phones, emails, externalId, contactType, registered, active, phoneIds } = data;
    const details = { name, phones, emails, externalId, contactType, registered, active };
    const words = [id, ...(name?.split(/\s+/) ?? []), name ?? '', ...phones, ...phoneIds, ...emails, externalId ?? ''];
    const terms = [...new Set(words.filter((word) => word !== '').map((word) => searchTerm(programId, word)))];
    return { id, programId, phoneIds, ...details, terms, revision };
  },
};

/** A term as it is stored and asked for; terms of two programs never meet. */
export const searchTerm = (programId: string, word: string): string => `${programId} ${word.trim().toLowerCase()}`;
