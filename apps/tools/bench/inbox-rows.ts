import { naturalId, type Document } from '@app/eventing';

export const PROGRAM = naturalId('bench', 'program');
const SENDER = naturalId('bench', 'sender');

const idOf = (what: string, number: number): string => naturalId('bench', what, String(number));
const phoneOf = (number: number): string => `+1415${String(number).padStart(7, '0')}`;
const at = '2026-01-05T10:00:00.000Z';

/** Documents as the projections write them; the order of activity is independent of the order of ids. */
export const conversationOf = (number: number): Document => ({
  id: idOf('conversation', number),
  programId: PROGRAM,
  contactId: idOf('contact', number),
  referralId: null,
  folder: 'replied',
  staff: [],
  archived: false,
  answers: 0,
  preview: `Message ${number}: the site visit is on Tuesday, and the bonus is booked as soon as the contract is signed.`,
  channel: 'in-app',
  lastActivityAt: at,
  lastContactMessageAt: at,
  activity: String(number).padStart(20, '0'),
  revision: 9,
});

export const contactOf = (number: number): Document => ({
  id: idOf('contact', number),
  programId: PROGRAM,
  addressIds: [idOf('address', number)],
  name: `Contact ${number}`,
  phones: [phoneOf(number)],
  emails: [`contact-${number}@mail.example`],
  externalId: `external-${number}`,
  contactType: 'referrer',
  registered: true,
  active: true,
  terms: [`${PROGRAM} contact`, `${PROGRAM} ${phoneOf(number)}`],
  revision: 0,
});

export const consentOf = (number: number): Document => ({
  id: idOf('address', number),
  programId: PROGRAM,
  senders: {
    [SENDER]: {
      status: 'yes',
      textedFirst: false,
      purpose: 'informational',
      since: at,
      by: 'form 2026-01',
      folded: { form: 'yes', askedAt: null, optOut: null, optIns: [] },
    },
  },
});

export const programRow: Document = {
  id: PROGRAM,
  programId: PROGRAM,
  name: 'Sunrise Solar',
  senders: [{ id: SENDER, phone: '+14155550100' }],
};
