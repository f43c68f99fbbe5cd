import type { ContactCommand, ContactDetails, LeadForm } from '@app/domain/contact';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type ContactIntent =
  | Message<'CreateContact', Partial<ContactDetails>>
  | Message<'NoteNumber', { phone: string }>
  | Message<'ChangeContact', { changes: Partial<ContactDetails> }>
  | Message<'SaveContact', { externalId: string; changes: Partial<ContactDetails> }>
  | Message<'SubmitLead', SubmittedLead & { by: string }>
  | Extract<ContactCommand, { type: 'CreateLead' | 'RemoveContact' | 'RestoreContact' | 'EraseContact' }>;

/** What a person gave in another application: a phone (E.164), an email, or both. */
export type SubmittedLead = LeadForm & { readonly application: string; readonly phone: string | null };

export class HandleContact extends AggregateCommand<ContactIntent> {}
