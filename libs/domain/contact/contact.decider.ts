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
  | Message<'ChangeContact', Changes>
  /** Another system's version of a contact: creates it, or changes the given details. */
  | Message<'SaveContact', Changes & { created: Open<ContactCreated['data']> }>
  /** Staff make the person of a conversation a lead. */
  | Message<'CreateLead', Omit<Open<LeadCreated['data']>, 'contactId'>>
  /** Another application submits a person, known or not. */
  | Message<'SubmitLead', Submission>
  | Message<'RemoveContact' | 'RestoreContact', { by: string }>
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
      /** Left the program. */
      readonly isRemoved: boolean;
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
    ChangeContact: (data, state) => changed(known(state), data),
    SaveContact: ({ created, ...data }, state) =>
      state.status === 'none' ? [{ type: 'ContactCreated', data: created }] : changed(known(state), data),
    CreateLead(data, state) {
      const current = storedOf(known(state));
      if (isLead(current)) throw new LeadExists(current.contactId);
      return [
        leadDetails(current, data, { phones: [], addressIds: [] }),
        { type: 'LeadCreated', data: { contactId: current.contactId, ...data } },
      ];
    },
    SubmitLead(data, state) {
      if (state.status === 'none') return submitLead(data, null);
      const contact = known(state);
      return submitLead(data, { ...storedOf(contact), applications: contact.applications });
    },
    RemoveContact({ by }, state) {
      const { contactId, isRemoved } = known(state);
      return isRemoved ? [] : [{ type: 'ContactRemoved', data: { contactId, by } }];
    },
    RestoreContact({ by }, state) {
      const { contactId, isRemoved } = known(state);
      return isRemoved ? [{ type: 'ContactRestored', data: { contactId, by } }] : [];
    },
    EraseContact({ by }, state) {
      if (state.status === 'none') throw new ContactNotFound();
      if (state.status === 'erased') return [];
      const addressIds = [...new Set([...state.addressIds, ...state.earlierPhoneIds])];
      return [{ type: 'ContactErased', data: { contactId: state.contactId, addressIds, by } }];
    },
  }),

  evolve(state, event) {
    if (event.type !== 'ContactCreated' && event.type !== 'ContactDetailsChanged')
      return state.status === 'none' ? state : withoutDetails(state, event);
    const { contactId, addressIds } = event.data;
    const before = state.status === 'none' ? nobodyYet : state;
    return {
      status: 'known',
      contactId,
      addressIds,
      earlierPhoneIds: [...new Set([...before.earlierPhoneIds, ...before.addressIds])],
      applications: before.applications,
      isRemoved: before.isRemoved,
      ...detailsIn(event.data),
    };
  },
};

type Somebody = Exclude<Contact, { status: 'none' }>;
type Changes = { readonly changes: Partial<ContactDetails>; readonly addressIds?: readonly string[] };

function changed(contact: Somebody, { changes, addressIds }: Changes): readonly ContactEvent[] {
  const current = storedOf(contact);
  const next = { ...current, ...changes, addressIds: addressIds ?? current.addressIds };
  return JSON.stringify(next) === JSON.stringify(current)
    ? []
    : [{ type: 'ContactDetailsChanged', data: { ...next, formerAddressIds: current.addressIds } }];
}

const nobodyYet = { addressIds: [], earlierPhoneIds: [], applications: [], isRemoved: false };

/** After an event that has no details. */
function withoutDetails(
  state: Somebody,
  event: Exclude<ContactEvent, { type: 'ContactCreated' | 'ContactDetailsChanged' }>,
): Somebody {
  switch (event.type) {
    case 'ContactErased':
      return { ...state, ...nothing, status: 'erased' };
    case 'ContactRemoved':
      return { ...state, isRemoved: true };
    case 'ContactRestored':
      return { ...state, isRemoved: false };
    case 'LeadCreated':
      return state;
    case 'LeadSubmitted': {
      const { application } = event.data;
      return isErased(application)
        ? state
        : { ...state, applications: [...new Set([...state.applications, application])] };
    }
  }
}

/** What the events with all details have. */
const storedOf = ({
  status: _status,
  earlierPhoneIds: _earlier,
  applications: _applications,
  isRemoved: _isRemoved,
  ...stored
}: Somebody): Omit<Somebody, 'status' | 'earlierPhoneIds' | 'applications' | 'isRemoved'> => stored;

/** @throws ContactNotFound, ContactWasErased */
function known(contact: Contact): Somebody {
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

/** Why a contact cannot use the portal; `null` if they can. */
export function portalRule({
  isRemoved,
  registered,
  active,
}: Pick<Somebody, 'isRemoved' | 'registered' | 'active'>):
  'ContactRemoved' | 'ContactNotRegistered' | 'ContactInactive' | null {
  if (isRemoved) return 'ContactRemoved';
  if (!registered) return 'ContactNotRegistered';
  return active ? null : 'ContactInactive';
}

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
