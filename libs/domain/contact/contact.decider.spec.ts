import { ERASED } from '@app/kernel';
import { deciderSpec, samples } from '@app/testing';
import { contactDecider, ContactExists, ContactNotFound, ContactWasErased, portalRule } from './contact.decider.js';
import { noDetails, type ContactEvent } from './contact.events.js';
import { LeadExists } from './lead.js';

const contact = deciderSpec(contactDecider);
const rita = {
  ...noDetails,
  contactId: 'rita',
  name: 'Rita Referrer',
  phones: ['+15551234567'],
  addressIds: ['address-1'],
  emails: ['rita@example.com'],
  externalId: 'crm-7',
  contactType: 'referrer',
  registered: true,
  groups: ['VIP'],
  homeLocation: 'Oakland',
  timeZone: { name: 'America/Los_Angeles', source: 'stated' },
} as const;
const justANumber = {
  ...rita,
  name: null,
  emails: [],
  externalId: null,
  contactType: 'unknown',
  registered: false,
  groups: [],
  homeLocation: null,
  timeZone: null,
} as const;
const created: ContactEvent = { type: 'ContactCreated', data: rita };
const seen: ContactEvent = { type: 'ContactCreated', data: justANumber };

describe('a contact who is erased', () => {
  const created = { type: 'ContactCreated', data: samples.ContactCreated } as const;
  const moved = {
    type: 'ContactDetailsChanged',
    data: { ...samples.ContactDetailsChanged, addressIds: ['address-3'], formerAddressIds: ['address-1'] },
  } as const;
  const erase = { type: 'EraseContact', data: { by: 'olivia' } } as const;
  const erased = {
    type: 'ContactErased',
    data: { contactId: 'contact-rita', addressIds: ['address-3', 'address-1'], by: 'olivia' },
  } as const;

  it('X8: names every number the contact ever had', () => contact.given(created, moved).when(erase).then(erased));

  it('X8: is erased once', () => contact.given(created, moved, erased).when(erase).thenNothing());

  it('X8: cannot be changed', () => {
    contact
      .given(created, erased)
      .when({ type: 'ChangeContact', data: { changes: { active: true } } })
      .thenThrows(ContactWasErased);
    contact
      .given(created, erased)
      .when({ type: 'CreateContact', data: samples.ContactCreated })
      .thenThrows(ContactWasErased);
    contact.given(created, erased).when({ type: 'NoteNumber', data: samples.ContactCreated }).thenNothing();
    contact.given().when(erase).thenThrows(ContactNotFound);
  });

  it('X8: has no details at once, however its events were read before', () => {
    const state = [created, erased].reduce(
      (before, event) => contactDecider.evolve(before, event),
      contactDecider.initialState,
    );
    expect(state).toMatchObject({
      status: 'erased',
      name: ERASED,
      phones: ERASED,
      emails: ERASED,
      externalId: ERASED,
      groups: ERASED,
      homeLocation: ERASED,
      timeZone: ERASED,
      addressIds: [],
      registered: false,
      active: false,
    });
    expect(JSON.stringify(state)).not.toMatch(/Rita|1555|example|VIP|Oakland|Angeles/);
  });
});

describe('contact', () => {
  it('R1: is stored with all its details', () =>
    contact.given().when({ type: 'CreateContact', data: rita }).then(created));

  it('R1: is not created twice', () =>
    contact.given(created).when({ type: 'CreateContact', data: rita }).thenThrows(ContactExists));

  it('M4: is created for a new number, once', () => {
    contact.given().when({ type: 'NoteNumber', data: justANumber }).then(seen);
    contact.given(seen).when({ type: 'NoteNumber', data: justANumber }).thenNothing();
  });

  it('M4: keeps the name it was given since when its number is seen again', () =>
    contact.given(created).when({ type: 'NoteNumber', data: justANumber }).thenNothing());

  it('M4: can get a name', () => {
    contact
      .given(seen)
      .when({ type: 'ChangeContact', data: { changes: { name: 'Rita Referrer' } } })
      .then({
        type: 'ContactDetailsChanged',
        data: { ...justANumber, name: 'Rita Referrer', formerAddressIds: ['address-1'] },
      });
  });

  it('R1: changes with all details, and with the numbers it had before', () => {
    contact
      .given(created)
      .when({ type: 'ChangeContact', data: { changes: { phones: ['+15557654321'] }, addressIds: ['address-2'] } })
      .then({
        type: 'ContactDetailsChanged',
        data: { ...rita, phones: ['+15557654321'], addressIds: ['address-2'], formerAddressIds: ['address-1'] },
      });
  });

  it('R1: details can be removed', () => {
    contact
      .given(created)
      .when({ type: 'ChangeContact', data: { changes: { name: null, emails: [] } } })
      .then({
        type: 'ContactDetailsChanged',
        data: { ...rita, name: null, emails: [], formerAddressIds: ['address-1'] },
      });
  });

  it('R1: groups, home location and time zone can be changed', () => {
    const changes = {
      groups: ['VIP', 'Installers'],
      homeLocation: 'Lisbon',
      timeZone: { name: 'Europe/Lisbon', source: 'stated' },
    } as const;
    contact
      .given(created)
      .when({ type: 'ChangeContact', data: { changes } })
      .then({ type: 'ContactDetailsChanged', data: { ...rita, ...changes, formerAddressIds: ['address-1'] } });
  });

  it('R1: a change without a difference appends nothing', () => {
    contact
      .given(created)
      .when({ type: 'ChangeContact', data: { changes: {} } })
      .thenNothing();
    contact
      .given(created)
      .when({
        type: 'ChangeContact',
        data: {
          changes: { active: true, name: rita.name, phones: [...rita.phones], timeZone: { ...rita.timeZone } },
          addressIds: ['address-1'],
        },
      })
      .thenNothing();
    const renamed: ContactEvent = {
      type: 'ContactDetailsChanged',
      data: { ...rita, name: 'Rita R.', formerAddressIds: ['address-1'] },
    };
    contact
      .given(created, renamed)
      .when({ type: 'ChangeContact', data: { changes: { name: 'Rita R.' } } })
      .thenNothing();
  });

  const save = (changes: object) => ({ type: 'SaveContact', data: { created: rita, changes } }) as const;

  it('R8: another system creates the contact, or changes what it says', () => {
    contact.given().when(save({})).then(created);
    contact
      .given(created)
      .when(save({ name: 'Rita R.' }))
      .then({ type: 'ContactDetailsChanged', data: { ...rita, name: 'Rita R.', formerAddressIds: rita.addressIds } });
  });

  it('R8: the same version again changes nothing, and an erased contact stays erased', () => {
    contact
      .given(created)
      .when(save({ name: rita.name, groups: [...rita.groups] }))
      .thenNothing();
    const erased = { type: 'ContactErased', data: samples.ContactErased } as const;
    contact
      .given(created, erased)
      .when(save({ name: 'Rita R.' }))
      .thenThrows(ContactWasErased);
  });

  const form = { firstName: 'Rita', lastName: 'Referrer', email: 'rita@example.com' };
  const named = {
    type: 'ContactDetailsChanged',
    data: {
      ...justANumber,
      name: 'Rita Referrer',
      emails: ['rita@example.com'],
      formerAddressIds: justANumber.addressIds,
    },
  } as const;
  const createLead = { type: 'CreateLead', data: { ...form, conversationId: 'c1', by: 'anna' } } as const;
  const submit = (application: string) =>
    ({
      type: 'SubmitLead',
      data: { ...form, contactId: 'rita', application, by: 'website', created: { ...rita, name: 'Rita Referrer' } },
    }) as const;
  const submitted = (application: string) =>
    ({ type: 'LeadSubmitted', data: { ...form, contactId: 'rita', application, by: 'website' } }) as const;

  it('R2: a number becomes a lead, with a name and an email, linked to the conversation', () =>
    contact
      .given(seen)
      .when(createLead)
      .then(named, { type: 'LeadCreated', data: { ...form, contactId: 'rita', conversationId: 'c1', by: 'anna' } }));

  it('R2: a contact who has a name is a lead already', () => {
    contact.given(created).when(createLead).thenThrows(LeadExists);
    contact.given().when(createLead).thenThrows(ContactNotFound);
  });

  it('R2: another application makes a number a lead, and somebody unknown a contact', () => {
    contact.given(seen).when(submit('Quote form')).then(named, submitted('Quote form'));
    contact.given().when(submit('Quote form')).then(created, submitted('Quote form'));
  });

  it('R2: another application does not change the details of a lead, and is noted once', () => {
    contact.given(created).when(submit('Quote form')).then(submitted('Quote form'));
    contact.given(created, submitted('Quote form')).when(submit('Quote form')).thenNothing();
    contact.given(created, submitted('Quote form')).when(submit('Chat')).then(submitted('Chat'));
  });

  it('R2: a contact who had no phone gets that of the form', () => {
    const { phones, addressIds } = rita;
    const nameless: ContactEvent = { type: 'ContactCreated', data: { ...justANumber, phones: [], addressIds: [] } };
    contact
      .given(nameless)
      .when(submit('Quote form'))
      .then(
        {
          type: 'ContactDetailsChanged',
          data: { ...named.data, phones, addressIds, formerAddressIds: [] },
        },
        submitted('Quote form'),
      );
  });

  const by = { by: 'anna' };
  const removed = { type: 'ContactRemoved', data: { contactId: 'rita', ...by } } as const;
  const restored = { type: 'ContactRestored', data: { contactId: 'rita', ...by } } as const;

  it('R5: can be removed and restored, each once', () => {
    contact.given(created).when({ type: 'RemoveContact', data: by }).then(removed);
    contact.given(created, removed).when({ type: 'RemoveContact', data: by }).thenNothing();
    contact.given(created, removed).when({ type: 'RestoreContact', data: by }).then(restored);
    contact.given(created).when({ type: 'RestoreContact', data: by }).thenNothing();
    contact.given(created, removed, restored).when({ type: 'RemoveContact', data: by }).then(removed);
    contact.given().when({ type: 'RemoveContact', data: by }).thenThrows(ContactNotFound);
  });

  it('R5: stays removed when the details change', () =>
    contact
      .given(created, removed, {
        type: 'ContactDetailsChanged',
        data: { ...rita, name: 'Rita R.', formerAddressIds: rita.addressIds },
      })
      .when({ type: 'RemoveContact', data: by })
      .thenNothing());

  it.each([
    [{ isRemoved: false, registered: true, active: true }, null],
    [{ isRemoved: false, registered: false, active: true }, 'ContactNotRegistered'],
    [{ isRemoved: false, registered: true, active: false }, 'ContactInactive'],
    [{ isRemoved: true, registered: true, active: true }, 'ContactRemoved'],
  ])('R5: uses the portal only when registered, active and not removed: %j', (who, rule) =>
    expect(portalRule(who)).toBe(rule),
  );

  it('G5: cannot be changed if it does not exist', () =>
    contact
      .given()
      .when({ type: 'ChangeContact', data: { changes: { active: false } } })
      .thenThrows(ContactNotFound));
});
