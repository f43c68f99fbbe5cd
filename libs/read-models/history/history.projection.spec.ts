import type { Message, Recorded } from '@app/kernel';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { historyProjection } from './history.projection.js';

type Event = Parameters<typeof historyProjection.evolve>[1];
const history = projectionSpec(historyProjection);
const record = newRecord();
const happened = (stream: string, event: Message) => record(stream, event) as Recorded<Event>;
const referred = happened('referral-referral-1', sampleOf('ReferralCreated'));
const changed = happened('referral-referral-1', sampleOf('ReferralStatusChanged'));

describe('history', () => {
  it('R3: a referral’s begins when it was referred', () =>
    history
      .given()
      .when(referred)
      .then({ kind: 'referred', referralId: 'referral-1', contactId: 'contact-rita', from: null, to: 'new' }));

  it('R8: shows a payout to the referrer, until the referrer is erased', () => {
    const paid = happened('referral-referral-1', sampleOf('PayoutRecorded'));
    const { amount, currency, paidAt: at } = samples.PayoutRecorded;
    history
      .given()
      .when(paid)
      .then({ kind: 'payout', contacts: ['contact-rita'], referralId: 'referral-1', amount, currency, at });
    history
      .given(paid)
      .when(happened('contact-contact-rita', sampleOf('ContactErased')))
      .then({ kind: 'payout', amount: null, currency });
  });

  it('R4: a referral is in the history of both sides', () => {
    const contacts = ['contact-rita', 'contact-paul'];
    history.given().when(referred).then({ contacts });
    history.given(referred).when(changed).then({ contacts });
    history
      .given()
      .when(happened('contact-contact-rita', sampleOf('ContactCreated')))
      .then({ contacts: ['contact-rita'] });
  });

  it('R3: shows who changed the status, when, from what to what', () =>
    history.given(referred).when(changed).then({
      kind: 'status',
      referralId: 'referral-1',
      from: 'new',
      to: 'quoted',
      author: changed.metadata.actor,
      at: changed.metadata.occurredAt,
    }));

  it.each(['MessageSent', 'AutomatedTextSent', 'MessageReceived', 'KeywordReceived', 'SendRefused'] as const)(
    'R3, R4: points to the entry of the thread: %s',
    (type) => {
      const { messageId, contactId, conversationId, referralId } = samples[type];
      history
        .given(referred)
        .when(happened('conversation-conversation-1', sampleOf(type)))
        .then({ id: messageId, kind: 'message', messageId, contactId, conversationId, referralId });
    },
  );

  it('M14: a message that was moved is in the history of the other referral', () => {
    const moved = { type: 'MessageMoved', data: { ...samples.MessageMoved, toReferralId: 'referral-2' } } as const;
    history
      .given(happened('conversation-conversation-1', sampleOf('MessageReceived')))
      .when(happened('conversation-conversation-1', moved))
      .then({ conversationId: 'conversation-2', referralId: 'referral-2' });
  });

  it('M1: a text has its place by when it was accepted', () => {
    const { acceptedPosition } = samples.KeywordReceived;
    history
      .given()
      .when(happened('conversation-conversation-1', sampleOf('KeywordReceived')))
      .then({ order: acceptedPosition });
  });

  it.each([
    ['ContactCreated', 'contact-contact-rita', 'contact-created'],
    ['ContactDetailsChanged', 'contact-contact-rita', 'contact-changed'],
    ['ContactRemoved', 'contact-contact-rita', 'contact-removed'],
    ['ContactRestored', 'contact-contact-rita', 'contact-restored'],
    ['OptInRequested', 'consent-1', 'consent-form'],
    ['OptInFormReceived', 'consent-1', 'consent-form'],
  ] as const)('R4: shows %s', (type, stream, kind) => {
    const { contactId } = samples[type];
    history
      .given()
      .when(happened(stream, sampleOf(type)))
      .then({ kind, contactId, referralId: null, messageId: null });
  });

  it('R2, R4: shows from where a lead came, until the person is erased', () => {
    history
      .given()
      .when(happened('contact-contact-rita', sampleOf('LeadCreated')))
      .then({ kind: 'lead', contactId: 'contact-rita', conversationId: 'conversation-1', application: null });
    const submitted = happened('contact-contact-rita', sampleOf('LeadSubmitted'));
    history.given().when(submitted).then({ kind: 'lead', application: 'Quote form', conversationId: null });
    history
      .given(submitted)
      .when(happened('contact-contact-rita', sampleOf('ContactErased')))
      .then({ kind: 'lead', application: null });
  });

  it('X8: a status is erased with the referred person', () => {
    const erased = happened('contact-contact-paul', {
      type: 'ContactErased',
      data: { ...samples.ContactErased, contactId: 'contact-paul' },
    });
    const rows = [...documentsOf(historyProjection, [referred, changed, erased]).values()];
    expect(rows.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['referred', null, null],
      ['status', null, null],
    ]);
  });
});
