import type { Message, Recorded } from '@app/kernel';
import type { ContactEvent } from '@app/domain/contact';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { contactsProjection, searchTerm } from './contacts.projection.js';

const contacts = projectionSpec(contactsProjection);
const happened = (event: Message, programId = 'program-1') =>
  newRecord(programId)('contact-contact-rita', event) as Recorded<ContactEvent>;
const termsAfter = (event: Recorded<ContactEvent>) =>
  documentsOf(contactsProjection, [event]).get('contact-rita')?.terms ?? [];

describe('contacts', () => {
  it('R1: shows all details', () => {
    const { contactId: id, ...details } = samples.ContactCreated;
    contacts
      .given()
      .when(happened(sampleOf('ContactCreated')))
      .then({ id, ...details, programId: 'program-1', revision: 0 });
  });

  it('X8: an erased contact has no details, and only its id finds it', () => {
    const record = newRecord();
    const created = record('contact-contact-rita', sampleOf('ContactCreated'));
    const gone = {
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
      terms: ['contact-rita'],
    };
    contacts
      .given(created)
      .when(record('contact-contact-rita', sampleOf('ContactErased')))
      .then(gone);
  });

  it('R1: shows a change', () => {
    const record = newRecord();
    const created = record('contact-contact-rita', sampleOf('ContactCreated'));
    contacts
      .given(created)
      .when(record('contact-contact-rita', sampleOf('ContactDetailsChanged')))
      .then({ name: 'Rita R.', revision: 1 });
  });

  it('R2: shows the conversation of a lead, and each application that submitted the person once', () => {
    const record = newRecord();
    const [created, lead, first] = (['ContactCreated', 'LeadCreated', 'LeadSubmitted'] as const).map((type) =>
      record('contact-contact-rita', sampleOf(type)),
    ) as [Recorded<ContactEvent>, Recorded<ContactEvent>, Recorded<ContactEvent>];
    const again = record('contact-contact-rita', sampleOf('LeadSubmitted'));
    contacts
      .given(created, lead, first)
      .when(again)
      .then({
        leadFrom: 'conversation-1',
        applications: [{ name: 'Quote form', at: first.metadata.occurredAt }],
      });
    contacts
      .given(created, lead, first)
      .when(record('contact-contact-rita', sampleOf('ContactErased')))
      .then({ applications: [], leadFrom: 'conversation-1' });
  });

  it('R5: shows whether the person left the program, also after a change of details', () => {
    const record = newRecord();
    const happens = (...types: ContactEvent['type'][]) =>
      types.map((type) => record('contact-contact-rita', sampleOf(type)) as Recorded<ContactEvent>);
    const gone = happens('ContactCreated', 'ContactRemoved');
    const [changed, restored] = happens('ContactDetailsChanged', 'ContactRestored') as [
      Recorded<ContactEvent>,
      Recorded<ContactEvent>,
    ];
    contacts
      .given(...gone)
      .when(changed)
      .then({ removed: true, revision: 2 });
    contacts
      .given(...gone, changed)
      .when(restored)
      .then({ removed: false, revision: 3 });
  });

  it.each(['rita', 'Referrer', 'rita ref', '+1555123', 'RITA@EXAMPLE', 'crm-7', 'contact-rita'])(
    'M3: is found by the start of %s',
    (typed) => {
      expect(termsAfter(happened(sampleOf('ContactCreated'))).some((term) => term.startsWith(searchTerm(typed)))).toBe(
        true,
      );
    },
  );

  it('M4: a number without a name is found by the number', () => {
    const terms = termsAfter(
      happened({
        type: 'ContactCreated',
        data: { ...samples.ContactCreated, name: null, emails: [], externalId: null },
      }),
    );
    expect(terms).toEqual(['contact-rita', '15551234567', '5551234567', 'address-1']);
    for (const typed of ['+15551234567', '(555) 123-4567', '555.123', '1 555 123 45'])
      expect(terms.some((term) => term.startsWith(searchTerm(typed)))).toBe(true);
  });
});
