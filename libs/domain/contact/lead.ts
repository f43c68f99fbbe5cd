import { DomainError, unlessErased, type Open } from '@app/kernel';
import type { ContactCreated, ContactEvent, LeadSubmitted, RecordedDetails } from './contact.events.js';

type Known = RecordedDetails & { readonly contactId: string; readonly addressIds: readonly string[] };

export type LeadForm = { readonly firstName: string; readonly lastName: string; readonly email: string | null };
export type PhonesOf = { readonly phones: readonly string[]; readonly addressIds: readonly string[] };

/** A contact with a name is a lead. */
export const isLead = ({ name }: Pick<RecordedDetails, 'name'>): boolean => name !== null;

export const leadName = ({ firstName, lastName }: LeadForm): string => `${firstName} ${lastName}`;

/** The name of a new lead, and the email and phones that were not known yet. */
export function leadDetails(details: Known, form: LeadForm, given: PhonesOf): ContactEvent {
  const emails = unlessErased(details.emails, []);
  const isKnown = form.email === null || emails.includes(form.email);
  const { phones, addressIds } = details.addressIds.length > 0 ? details : given;
  return {
    type: 'ContactDetailsChanged',
    data: {
      ...details,
      name: leadName(form),
      emails: isKnown ? emails : [...emails, form.email],
      phones,
      addressIds,
      formerAddressIds: details.addressIds,
    },
  };
}

/** `created`: the contact, if there is none yet. */
export type Submission = Open<LeadSubmitted['data']> & { readonly created: Open<ContactCreated['data']> };

/** Somebody who is a lead already keeps their details, since anybody can fill in a form in their name. */
export function submitLead(
  { created, ...lead }: Submission,
  contact: (Known & { readonly applications: readonly string[] }) | null,
): readonly ContactEvent[] {
  const note: ContactEvent = { type: 'LeadSubmitted', data: lead };
  if (contact === null) return [{ type: 'ContactCreated', data: created }, note];
  const { applications, ...details } = contact;
  if (!isLead(details)) return [leadDetails(details, lead, created), note];
  return applications.includes(lead.application) ? [] : [note];
}

/** `Create Lead` has become `Lead Details`. */
export class LeadExists extends DomainError {
  readonly code = 'LeadExists';
  constructor(readonly contactId: string) {
    super('The person of this conversation is a lead already; change the details of the contact instead');
  }
}
