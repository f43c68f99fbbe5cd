import { decideByType, DomainError, ERASED, isErased, type Decider, type Message, type Open } from '@app/kernel';
import type {
  ContactCreated,
  ContactDetails,
  ContactErased,
  ContactEvent,
  LeadCreated,
  RecordedDetails,
} from './contact.events.js';
import { isLead, leadDetails, LeadExists, submitLead, type Submission } from './lead.js';

/** `addressIds` are the address ids of the phones, in the same order. */
export type ContactCommand =
  | Message<'CreateContact', Open<ContactCreated['data']>>
  /** Makes the owner of a new phone number a contact. Changes nothing if the contact exists. */
  | Message<'NoteNumber', Open<ContactCreated['data']>>
  | Message<'ChangeContact', { changes: Partial<ContactDetails>; addressIds?: readonly string[] }>
  /** Staff make the person of a conversation a lead. */
  | Message<'CreateLead', Omit<Open<LeadCreated['data']>, 'contactId'>>
  /** Another application submits a person, known or not. */
  | Message<'SubmitLead', Submission>
  | Message<'EraseContact', Pick<ContactErased['data'], 'by'>>;

export type Contact =
  | { readonly status: 'none' }
  | ({
      readonly status: 'known' | 'erased';
      readonly contactId: string;
      readonly addressIds: readonly string[];
      /** Numbers that the contact had before. */
      readonly earlierPhoneIds: readonly string[];
      /** Other applications that submitted the person. */
      readonly applications: readonly string[];
    } & RecordedDetails);

export const contactDecider: Decider<Contact, ContactCommand, ContactEvent> = {
  initialState: { status: 'none' },

  decide: decideByType<Contact, ContactCommand, ContactEvent>({
    CreateContact(data, state) {
      if (state.status === 'erased') throw new ContactWasErased();
      if (state.status === 'known') throw new ContactExists(state.contactId);
      return [{ type: 'ContactCreated', data }];
    },
    NoteNumber: (data, state) => (state.status === 'none' ? [{ type: 'ContactCreated', data }] : []),
    ChangeContact(data, state) {
      const { status: _, earlierPhoneIds: __, applications: ___, ...current } = known(state);
      const next = { ...current, ...data.changes, addressIds: data.addressIds ?? current.addressIds };
      return JSON.stringify(next) === JSON.stringify(current)
        ? []
        : [{ type: 'ContactDetailsChanged', data: { ...next, formerAddressIds: current.addressIds } }];
    },
    CreateLead(data, state) {
      const { status: _, earlierPhoneIds: __, applications: ___, ...current } = known(state);
      if (isLead(current)) throw new LeadExists(current.contactId);
      return [
        leadDetails(current, data, { phones: [], addressIds: [] }),
        { type: 'LeadCreated', data: { contactId: current.contactId, ...data } },
      ];
    },
    SubmitLead(data, state) {
      if (state.status === 'none') return submitLead(data, null);
      const { status: _, earlierPhoneIds: __, ...current } = known(state);
      return submitLead(data, current);
    },
    EraseContact({ by }, state) {
      if (state.status === 'none') throw new ContactNotFound();
      if (state.status === 'erased') return [];
      const addressIds = [...new Set([...state.addressIds, ...state.earlierPhoneIds])];
      return [{ type: 'ContactErased', data: { contactId: state.contactId, addressIds, by } }];
    },
  }),

  evolve(state, event) {
    if (event.type === 'ContactErased')
      return state.status === 'none' ? state : { ...state, ...nothing, status: 'erased' };
    if (event.type === 'LeadCreated' || event.type === 'LeadSubmitted')
      return state.status === 'none' || event.type === 'LeadCreated' || isErased(event.data.application)
        ? state
        : { ...state, applications: [...new Set([...state.applications, event.data.application])] };
    const { contactId, addressIds } = event.data;
    const earlierPhoneIds =
      state.status === 'none' ? [] : [...new Set([...state.earlierPhoneIds, ...state.addressIds])];
    return {
      status: 'known',
      contactId,
      addressIds,
      earlierPhoneIds,
      applications: state.status === 'none' ? [] : state.applications,
      ...detailsIn(event.data),
    };
  },
};

/** @throws ContactNotFound, ContactWasErased */
function known(contact: Contact): Extract<Contact, { status: unknown; contactId: string }> {
  if (contact.status === 'none') throw new ContactNotFound();
  if (contact.status === 'erased') throw new ContactWasErased();
  return contact;
}

/** The details, without what else is in an event or a row. */
export const detailsIn = <Details extends RecordedDetails>({
  name,
  phones,
  emails,
  externalId,
  contactType,
  registered,
  active,
  groups,
  homeLocation,
  timeZone,
}: Details): Pick<Details, keyof RecordedDetails> => ({
  name,
  phones,
  emails,
  externalId,
  contactType,
  registered,
  active,
  groups,
  homeLocation,
  timeZone,
});

/** What remains of an erased person, also when the stream was read before the key was destroyed. */
const nothing = {
  name: ERASED,
  phones: ERASED,
  emails: ERASED,
  externalId: ERASED,
  groups: ERASED,
  homeLocation: ERASED,
  timeZone: ERASED,
  addressIds: [],
  earlierPhoneIds: [],
  applications: [],
  registered: false,
  active: false,
} as const;

export class ContactNotFound extends DomainError {
  readonly code = 'ContactNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such contact in this program');
  }
}
export class ContactExists extends DomainError {
  readonly code = 'ContactExists';
  constructor(readonly contactId: string) {
    super('A contact with this external id or phone number already exists; change that contact instead');
  }
}
/** The person asked to be forgotten: nothing can be added. */
export class ContactWasErased extends DomainError {
  readonly code = 'ContactErased';
  override readonly kind = 'gone';
  constructor() {
    super('This contact was erased');
  }
}
