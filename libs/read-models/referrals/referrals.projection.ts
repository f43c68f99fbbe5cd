import type { Projection } from '@app/eventing';
import { unlessErased } from '@app/kernel';
import type { ContactEvent } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import type { ReferralEvent } from '@app/domain/referral';

export type ReferralRow = {
  readonly id: string;
  readonly programId: string;
  readonly referrerId: string;
  readonly referredId: string;
  /** `null` where it was erased. */
  readonly status: string | null;
  readonly externalId: string | null;
  readonly createdAt: string;
  /** Conversations about it that are not archived; the flag of a list of referrals. */
  readonly openConversations: readonly string[];
  readonly created: string;
};

export const referralsProjection: Projection<ReferralEvent | ConversationEvent | ContactEvent, ReferralRow> = {
  name: 'referrals',
  categories: ['referral', 'conversation', 'contact'],
  indexes: { program: ['programId', 'created'], referred: ['referredId'] },
  touches: (event) => ('referralId' in event.data ? event.data.referralId : null),
  touchesAll: (event) =>
    event.type === 'ContactErased' ? { index: 'referred', equals: { referredId: event.data.contactId } } : null,

  evolve(row, event) {
    if (event.type === 'ReferralCreated') {
      const { referralId, referrerId, referredId } = event.data;
      const [status, externalId] = [unlessErased(event.data.status, null), unlessErased(event.data.externalId, null)];
      const { programId, occurredAt } = event.metadata;
      return {
        id: referralId,
        programId,
        referrerId,
        referredId,
        status,
        externalId,
        createdAt: occurredAt,
        openConversations: [],
        created: event.position,
      };
    }
    if (row === null) return null;
    const others = row.openConversations.filter((id) => id !== event.aggregateId);
    switch (event.type) {
      case 'ConversationArchived':
      case 'ConversationDeleted':
        return { ...row, openConversations: others };
      case 'ContactErased':
        return { ...row, status: null, externalId: null };
      case 'ConversationStarted':
      case 'MessageSent':
      case 'MessageReceived':
      case 'ConversationMarkedUnread':
        return others.length < row.openConversations.length
          ? row
          : { ...row, openConversations: [...others, event.aggregateId] };
      case 'AutomatedTextSent':
      case 'KeywordReceived':
      case 'SendRefused':
      case 'ConversationRead':
      case 'ContactCreated':
      case 'ContactDetailsChanged':
        return row;
    }
  },
};
