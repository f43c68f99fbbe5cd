import { DomainError, type Decider, type Message, type Open } from '@app/kernel';
import type { ContactCreated, ContactDetails, ContactEvent, RecordedDetails } from './contact.events.js';

/** `phoneIds` are the address ids of the phones, in the same order. */
export type ContactCommand =
  | Message<'CreateContact', Open<ContactCreated['data']>>
  /** First sight of a number: whoever has it is a contact from now on. Nothing to do when there is one. */
  | Message<'NoteNumber', Open<ContactCreated['data']>>
  | Message<'ChangeContact', { changes: Partial<ContactDetails>; phoneIds?: readonly string[] }>;

export type Contact = { readonly status: 'none' } | ({ readonly status: 'known'; readonly contactId: string; readonly phoneIds: readonly string[] } & RecordedDetails);

export const contactDecider: Decider<Contact, ContactCommand, ContactEvent> = {
  initialState: { status: 'none' },

  decide(command, state) {
    switch (command.type) {
      case 'CreateContact':
        if (state.status === 'known') throw new ContactExists(state.contactId);
        return [{ type: 'ContactCreated', data: command.data }];
      case 'NoteNumber':
        return state.status === 'known' ? [] : [{ type: 'ContactCreated', data: command.data }];
      case 'ChangeContact': {
        if (state.status === 'none') throw new ContactNotFound();
        const { status: _, ...current } = state;
        const next = { ...current, ...command.data.changes, phoneIds: command.data.phoneIds ?? current.phoneIds };
        return JSON.stringify(next) === JSON.stringify(current) ? [] : [{ type: 'ContactDetailsChanged', data: { ...next, formerPhoneIds: current.phoneIds } }];
      }
    }
  },

  evolve(_state, { data }) {
    const { contactId, phoneIds, name, phones, emails, externalId, contactType, registered, active } = data;
    return { status: 'known', contactId, phoneIds, name, phones, emails, externalId, contactType, registered, active };
  },
};

export class ContactNotFound extends DomainError {
  readonly code = 'ContactNotFound';
  constructor() {
    super('There is no such contact in this program');
  }
}
export class ContactExists extends DomainError {
  readonly code = 'ContactExists';
  constructor(readonly contactId: string) {
    super('A contact with this external id or phone exists; change it instead');
  }
}
