import { unlessErased } from '@app/kernel';
import { defineReadModel } from '../define-read-model.js';

export type ReferralRow = {
  readonly id: string;
  readonly programId: string;
  readonly referrerId: string;
  readonly referredId: string;
  /** `null` if it was erased. */
  readonly status: string | null;
  readonly externalId: string | null;
  readonly createdAt: string;
  /** Conversations about it that are not archived, for the flag in the list of referrals. */
  readonly openConversations: readonly string[];
  readonly created: string;
};

export const referralsProjection = defineReadModel<ReferralRow>()({
  name: 'referrals',
  handles: [
    'ReferralCreated',
    'ReferralStatusChanged',
    'ConversationStarted',
    'MessageSent',
    'MessageReceived',
    'ConversationMarkedUnread',
    'ConversationSnoozed',
    'SnoozeEnded',
    'ConversationArchived',
    'ConversationUnarchived',
    'ConversationDeleted',
    'ContactErased',
  ],
  indexes: { program: ['programId', 'created'], referred: ['referredId'] },
  touches: (event) =>
    event.type === 'ContactErased'
      ? { index: 'referred', equals: { referredId: event.data.contactId } }
      : event.data.referralId,

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
      case 'ReferralStatusChanged':
        return { ...row, status: unlessErased(event.data.to, null) };
      case 'ContactErased':
        return { ...row, status: null, externalId: null };
      case 'ConversationStarted':
      case 'MessageSent':
      case 'MessageReceived':
      case 'ConversationMarkedUnread':
      case 'ConversationUnarchived':
      case 'ConversationSnoozed':
      case 'SnoozeEnded':
        return others.length < row.openConversations.length
          ? row
          : { ...row, openConversations: [...others, event.aggregateId] };
    }
  },
});
