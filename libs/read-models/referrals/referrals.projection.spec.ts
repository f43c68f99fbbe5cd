import type { Message, Recorded } from '@app/kernel';
import type { ContactEvent } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import type { ReferralEvent } from '@app/domain/referral';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { referralsProjection } from './referrals.projection.js';

type Event = ReferralEvent | ConversationEvent | ContactEvent;
const referrals = projectionSpec(referralsProjection);
const record = newRecord();
const created = record('referral-referral-1', sampleOf('ReferralCreated')) as Recorded<Event>;
const happened = (conversation: string, event: Message) =>
  record(`conversation-${conversation}`, event) as Recorded<Event>;
const of = (type: ConversationEvent['type'], conversation = 'c1') => happened(conversation, sampleOf(type));
const open = (...openConversations: string[]) => ({ id: 'referral-1', openConversations });

describe('referrals', () => {
  it('R3: shows the referrer, the referred person, the status, and since when', () => {
    const { createdAt: _, ...expected } = { ...samples.ReferralCreated, createdAt: '' };
    const { referralId: id, ...rest } = expected;
    referrals
      .given()
      .when(created)
      .then({ id, ...rest, programId: 'program-1', createdAt: created.metadata.occurredAt, openConversations: [] });
  });

  it('R3: shows the newest status', () =>
    referrals
      .given(created)
      .when(record('referral-referral-1', sampleOf('ReferralStatusChanged')) as Recorded<Event>)
      .then({ status: 'quoted' }));

  it('I4: the flag is set when a conversation starts', () =>
    referrals.given(created).when(of('ConversationStarted')).then(open('c1')));

  it('M8: the flag is cleared when the conversation is deleted', () =>
    referrals.given(created, of('ConversationStarted')).when(of('ConversationDeleted')).then(open()));

  it('X8: data of another system about a referred person is erased with the person, in each referral', () => {
    const second = record('referral-referral-2', {
      type: 'ReferralCreated',
      data: { ...samples.ReferralCreated, referralId: 'referral-2' },
    }) as Recorded<Event>;
    const other = record('referral-referral-3', {
      type: 'ReferralCreated',
      data: { ...samples.ReferralCreated, referralId: 'referral-3', referredId: 'contact-olga' },
    }) as Recorded<Event>;
    const erased = record('contact-contact-paul', {
      type: 'ContactErased',
      data: { ...samples.ContactErased, contactId: 'contact-paul' },
    }) as Recorded<Event>;
    const rows = [...documentsOf(referralsProjection, [created, second, other, erased]).values()];
    expect(rows.map(({ id, status, externalId }) => [id, status, externalId])).toEqual([
      ['referral-1', null, null],
      ['referral-2', null, null],
      ['referral-3', 'new', 'crm-9'],
    ]);
  });

  it('I4: the flag is cleared on archive', () =>
    referrals.given(created, of('ConversationStarted')).when(of('ConversationArchived')).then(open()));

  it.each(['MessageReceived', 'MessageSent', 'ConversationMarkedUnread'] as const)(
    'I4: the flag is set again on %s',
    (type) => {
      referrals.given(created, of('ConversationStarted'), of('ConversationArchived')).when(of(type)).then(open('c1'));
    },
  );

  it.each(['AutomatedTextSent', 'KeywordReceived', 'SendRefused'] as const)(
    'I4: the flag stays cleared on %s',
    (type) => {
      referrals.given(created, of('ConversationStarted'), of('ConversationArchived')).when(of(type)).then(open());
    },
  );

  it('I4: the flag is set while any of its conversations is not archived', () => {
    const history = [created, of('ConversationStarted'), of('ConversationStarted', 'c2')];
    referrals
      .given(...history)
      .when(of('ConversationArchived'))
      .then(open('c2'));
    referrals
      .given(...history, of('ConversationArchived'))
      .when(of('ConversationArchived', 'c2'))
      .then(open());
  });

  it('I4: a conversation counts once however many messages it has', () => {
    referrals
      .given(created, of('ConversationStarted'), of('MessageSent'), of('MessageReceived'))
      .when(of('MessageReceived'))
      .then(open('c1'));
  });

  it('M2: a general conversation belongs to no referral', () => {
    referrals
      .given(created)
      .when(happened('c9', { type: 'ConversationStarted', data: { ...samples.ConversationStarted, referralId: null } }))
      .thenNothing();
  });

  it('rule 8: a conversation about an unknown referral shows nothing', () =>
    referrals.given().when(of('ConversationStarted')).thenNothing());
});
