import { unlessErased, type Actor, type Message, type Recorded } from '@app/kernel';
import type { PayoutRecorded, ReferralCreated, ReferralStatusChanged } from '@app/domain/referral';
import { defineReadModel } from '../define-read-model.js';

export const historyKinds = [
  'referred',
  'status',
  'payout',
  'message',
  'consent-form',
  'contact-created',
  'contact-changed',
  'lead',
  'contact-removed',
  'contact-restored',
] as const;

/** One entry in the history of a contact and, if it is about a referral, of the referral. */
export type HistoryEntry = {
  readonly id: string;
  readonly programId: string;
  /** Of a referral: its referrer. */
  readonly contactId: string;
  /** Whose history shows it: a referral is in that of both sides. */
  readonly contacts: readonly string[];
  readonly referralId: string | null;
  readonly kind: (typeof historyKinds)[number];
  readonly author: Actor;
  readonly at: string;
  /** The entry of the thread, which has the content. */
  readonly messageId: string | null;
  readonly conversationId: string | null;
  /** The status of a referral before and after; `null` if it was erased. */
  readonly from: string | null;
  readonly to: string | null;
  /** The other application that submitted a lead. */
  readonly application: string | null;
  /** Of a payout: minor units, and the currency (ISO 4217). Rows written before these fields existed have none. */
  readonly amount?: number | null;
  readonly currency?: string | null;
  /** The person with whom these are erased. */
  readonly erasedWith: string | null;
  readonly order: string;
};

export const historyProjection = defineReadModel<HistoryEntry>()({
  name: 'history',
  handles: [
    'ReferralCreated',
    'ReferralStatusChanged',
    'PayoutRecorded',
    'MessageSent',
    'AutomatedTextSent',
    'MessageReceived',
    'KeywordReceived',
    'SendRefused',
    'MessageMoved',
    'OptInRequested',
    'OptInFormReceived',
    'ContactCreated',
    'ContactDetailsChanged',
    'LeadCreated',
    'LeadSubmitted',
    'ContactRemoved',
    'ContactRestored',
    'ContactErased',
  ],
  indexes: { contact: ['contacts', 'order'], referral: ['referralId', 'order'], erasable: ['erasedWith'] },
  listField: 'contacts',
  touches: (event) => {
    if (event.type === 'ContactErased') return { index: 'erasable', equals: { erasedWith: event.data.contactId } };
    return 'messageId' in event.data ? event.data.messageId : event.eventId;
  },

  evolve(row, event) {
    if (event.type === 'ContactErased') return row && { ...row, from: null, to: null, application: null, amount: null };
    if (event.type === 'MessageMoved')
      return row && { ...row, conversationId: event.data.to, referralId: event.data.toReferralId };
    if (row !== null) return row;
    switch (event.type) {
      case 'ReferralCreated':
      case 'ReferralStatusChanged':
        return ofReferral(event);
      case 'PayoutRecorded':
        return ofPayout(event);
      case 'MessageSent':
      case 'AutomatedTextSent':
      case 'MessageReceived':
      case 'KeywordReceived':
      case 'SendRefused': {
        const { messageId, contactId, conversationId, referralId } = event.data;
        const order = ('acceptedPosition' in event.data ? event.data.acceptedPosition : null) ?? event.position;
        return {
          ...common(event, contactId, 'message'),
          id: messageId,
          messageId,
          conversationId,
          referralId,
          order,
        };
      }
      case 'OptInRequested':
      case 'OptInFormReceived':
        return common(event, event.data.contactId, 'consent-form');
      case 'ContactCreated':
        return common(event, event.data.contactId, 'contact-created');
      case 'ContactDetailsChanged':
        return common(event, event.data.contactId, 'contact-changed');
      case 'ContactRemoved':
        return common(event, event.data.contactId, 'contact-removed');
      case 'ContactRestored':
        return common(event, event.data.contactId, 'contact-restored');
      case 'LeadCreated':
        return { ...common(event, event.data.contactId, 'lead'), conversationId: event.data.conversationId };
      case 'LeadSubmitted': {
        const { contactId, application } = event.data;
        const erasable = { application: unlessErased(application, null), erasedWith: contactId };
        return { ...common(event, contactId, 'lead'), ...erasable };
      }
    }
  },
});

function ofReferral(event: Recorded<ReferralCreated | ReferralStatusChanged>): HistoryEntry {
  const { referralId, referrerId, referredId: erasedWith } = event.data;
  const contacts = [referrerId, erasedWith];
  return event.type === 'ReferralCreated'
    ? {
        ...common(event, referrerId, 'referred'),
        contacts,
        referralId,
        erasedWith,
        to: unlessErased(event.data.status, null),
      }
    : {
        ...common(event, referrerId, 'status'),
        contacts,
        referralId,
        erasedWith,
        from: unlessErased(event.data.from, null),
        to: unlessErased(event.data.to, null),
      };
}

function ofPayout(event: Recorded<PayoutRecorded>): HistoryEntry {
  const { referralId, referrerId, currency, paidAt } = event.data;
  const amount = unlessErased(event.data.amount, null);
  return {
    ...common(event, referrerId, 'payout'),
    at: paidAt,
    referralId,
    erasedWith: referrerId,
    amount,
    currency,
  };
}

const common = (
  { eventId: id, position: order, metadata: { programId, actor: author, occurredAt: at } }: Recorded<Message>,
  contactId: string,
  kind: HistoryEntry['kind'],
): HistoryEntry => ({
  id,
  programId,
  contactId,
  contacts: [contactId],
  referralId: null,
  kind,
  author,
  at,
  messageId: null,
  conversationId: null,
  from: null,
  to: null,
  application: null,
  amount: null,
  currency: null,
  erasedWith: null,
  order,
});
