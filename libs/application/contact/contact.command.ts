import type { ContactCommand, ContactDetails } from '@app/domain/contact';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type ContactIntent =
  | Message<'CreateContact', Partial<ContactDetails>>
  | Message<'NoteNumber', { phone: string }>
  | Message<'ChangeContact', { changes: Partial<ContactDetails> }>
  | Extract<ContactCommand, { type: 'EraseContact' }>;
export class HandleContact extends AggregateCommand<ContactIntent> {}
