import type { Counter } from '@app/eventing';
import { assigneeAfter, concernedStaff, folderAfter, staffAfter, type Folder } from '@app/domain/conversation';
import { defineReadModel } from '../define-read-model.js';

/** What of a conversation is counted. */
export type CountedConversation = {
  readonly id: string;
  readonly programId: string;
  readonly contactId: string;
  readonly folder: Folder;
  readonly assignee: string | null;
  readonly staff: readonly string[];
  /** How many messages staff wrote, and how many of these the contact has read. */
  readonly sent: number;
  readonly seen: number;
};

/** Names of the counters: of all conversations, of one member's, and of what a contact has not read. */
export const counterOf = {
  all: 'all',
  mine: (userId: string): string => `mine ${userId}`,
  contact: (contactId: string): string => `contact ${contactId}`,
};

/** Conversations, and counters of them by folder for each view, and by contact of unread messages. */
export const countsModel = defineReadModel<CountedConversation | Counter>()({
  name: 'counts',
  handles: [
    'ConversationStarted',
    'MessageReceived',
    'MessageSent',
    'ConversationRead',
    'ConversationMarkedUnread',
    'ConversationArchived',
    'ConversationUnarchived',
    'ConversationSnoozed',
    'SnoozeEnded',
    'ConversationAssigned',
    'ConversationDeleted',
    'ReadPositionMoved',
  ],
  indexes: {},
  touches: ({ aggregateId, ...event }) =>
    event.type !== 'ReadPositionMoved'
      ? aggregateId
      : event.data.reader.kind === 'contact'
        ? event.data.conversationId
        : null,

  evolve(row, event) {
    if (event.type === 'ConversationStarted') {
      const { conversationId: id, contactId, by } = event.data;
      const { programId } = event.metadata;
      const staff = by === null ? [] : [by];
      return { id, programId, contactId, folder: 'read', assignee: null, staff, sent: 0, seen: 0 };
    }
    if (row === null || 'totals' in row || event.type === 'ConversationDeleted') return null;
    if (event.type === 'ReadPositionMoved') return changed(row, { seen: Math.max(row.seen, event.data.messages) });
    const sent = row.sent + Number(event.type === 'MessageSent');
    // Who writes in the portal has read the thread there.
    const hasSeen = event.type === 'MessageReceived' && event.data.channel === 'in-app';
    return changed(row, {
      folder: folderAfter(row.folder, event),
      assignee: assigneeAfter(row.assignee, event),
      staff: staffAfter(row.staff, event),
      sent,
      seen: hasSeen ? sent : row.seen,
    });
  },

  amounts(row) {
    if ('totals' in row) return {};
    const inFolder = { [row.folder]: 1 };
    return {
      [counterOf.all]: inFolder,
      ...Object.fromEntries(concernedStaff(row).map((userId) => [counterOf.mine(userId), inFolder])),
      [counterOf.contact(row.contactId)]: { unread: unreadByContact(row) },
    };
  },
});

export const unreadByContact = ({ sent, seen }: CountedConversation): number => Math.max(0, sent - seen);

/** The same row when nothing of it changes, so that nothing is written. */
function changed(row: CountedConversation, next: Partial<CountedConversation>): CountedConversation {
  const isSame = (Object.keys(next) as (keyof CountedConversation)[]).every((field) => row[field] === next[field]);
  return isSame ? row : { ...row, ...next };
}
