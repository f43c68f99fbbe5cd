import { isErased, type Personal, type Recorded } from '@app/kernel';
import {
  assigneeAfter,
  concernedStaff,
  folderAfter,
  isInInbox,
  labelsAfter,
  sourceAfter,
  staffAfter,
  type Channel,
  type ConversationEvent,
  type Folder,
  type MessageMoved,
  type Source,
} from '@app/domain/conversation';
import { defineReadModel } from '../define-read-model.js';

/** One conversation as shown to staff in the list. */
export type InboxRow = {
  readonly id: string;
  readonly programId: string;
  readonly contactId: string;
  readonly referralId: string | null;
  readonly folder: Folder;
  /** Whether it is out of the inbox: archived or snoozed. */
  readonly archived: boolean;
  /** When the snooze ends; `null`: when the contact writes, or there is none. Earlier rows have none until a rebuild. */
  readonly snoozedUntil?: string | null;
  /** Earlier rows have none until a rebuild. */
  readonly labels?: readonly string[];
  /** The member of staff who is responsible, or `null`. */
  readonly assignee: string | null;
  /** Staff who started it or wrote in it. Rows written before this field existed have none until a rebuild. */
  readonly staff?: readonly string[];
  /** Whose conversation it is: its assignee, and that staff. */
  readonly mine?: readonly string[];
  /** Where it came from. Rows written before this field existed have none until a rebuild. */
  readonly source?: Source;
  /** Position of the last message by staff. Rows written before this field existed have none until a rebuild. */
  readonly replied?: string;
  /** A message was moved in or out after the latest one: the latest one is read from the thread. */
  readonly isLatestMoved?: boolean;
  /** The contact's messages since the last message by staff. */
  readonly answers: number;
  /** All messages of the contact. Rows written before this field existed have none until a rebuild. */
  readonly received?: number;
  /** What each author had read with their last message, since who replies has read the thread. */
  readonly readByAuthor?: Readonly<Record<string, ReadTo>>;
  /** Preview of the last message; `null` if it was erased. */
  readonly preview: string | null;
  readonly channel: Channel | null;
  readonly lastActivityAt: string;
  readonly lastContactMessageAt: string | null;
  /** Position of the last activity: the order of the list. */
  readonly activity: string;
  /** Revision of the conversation. */
  readonly revision: number;
};

/** Up to which revision of the conversation somebody has read, and how many messages of the other side that are. */
export type ReadTo = { readonly revision: number; readonly messages: number };

const PREVIEW_LENGTH = 140;

export const inboxProjection = defineReadModel<InboxRow>()({
  name: 'inbox',
  handles: [
    'ConversationStarted',
    'MessageSent',
    'AutomatedTextSent',
    'MessageReceived',
    'KeywordReceived',
    'SendRefused',
    'NoteAdded',
    'MessageMoved',
    'ConversationRead',
    'ConversationMarkedUnread',
    'ConversationArchived',
    'ConversationUnarchived',
    'ConversationAssigned',
    'ConversationSnoozed',
    'SnoozeEnded',
    'ConversationLabelled',
    'ConversationUnlabelled',
    'ConversationDeleted',
  ],
  indexes: {
    all: ['programId', 'activity'],
    box: ['programId', 'archived', 'activity'],
    folder: ['programId', 'folder', 'activity'],
    assignee: ['programId', 'assignee', 'activity'],
    contact: ['programId', 'contactId', 'activity'],
    referral: ['programId', 'referralId', 'activity'],
    source: ['programId', 'source', 'activity'],
    mine: ['programId', 'mine', 'activity'],
    mineBox: ['programId', 'mine', 'archived', 'activity'],
    mineFolder: ['programId', 'mine', 'folder', 'activity'],
  },
  listField: 'mine',
  touches: (event) => (event.type === 'MessageMoved' ? [event.data.from, event.data.to] : event.aggregateId),

  evolve(row, event, id) {
    const at = event.metadata.occurredAt;
    const { revision } = event;
    // A text that was accepted earlier than the last activity, but routed later, does not change the time.
    const active = {
      lastActivityAt: row !== null && row.lastActivityAt > at ? row.lastActivityAt : at,
      activity: event.position,
      isLatestMoved: false,
    };
    if (event.type === 'ConversationStarted') {
      const { conversationId, contactId, referralId, by } = event.data;
      const { programId } = event.metadata;
      const quiet = { answers: 0, received: 0, preview: '', channel: null, lastContactMessageAt: null };
      return {
        id: conversationId,
        programId,
        contactId,
        referralId,
        folder: 'read',
        archived: false,
        snoozedUntil: null,
        labels: [],
        assignee: null,
        staff: by === null ? [] : [by],
        mine: by === null ? [] : [by],
        source: sourceAfter('console', event),
        ...quiet,
        ...active,
        revision,
      };
    }
    // A projection never refuses an event: `null` is a valid result.
    if (row === null || event.type === 'ConversationDeleted') return null;
    if (event.type === 'MessageMoved') return withMove(row, event, id);
    const moved = movedBy(row, event);
    switch (event.type) {
      case 'MessageReceived': {
        const { text, channel } = event.data;
        return {
          ...moved,
          ...active,
          answers: row.answers + 1,
          preview: preview(text),
          channel,
          lastContactMessageAt: at,
        };
      }
      case 'MessageSent':
        return {
          ...moved,
          ...active,
          answers: 0,
          replied: event.position,
          preview: preview(event.data.text),
          channel: event.data.channel,
        };
      case 'AutomatedTextSent':
        return { ...moved, ...active, preview: preview(event.data.text), channel: 'sms' };
      case 'ConversationSnoozed':
        return { ...moved, snoozedUntil: event.data.until };
      case 'SnoozeEnded':
        return { ...moved, snoozedUntil: null };
      case 'ConversationLabelled':
      case 'ConversationUnlabelled':
      case 'ConversationAssigned':
      case 'ConversationRead':
      case 'ConversationMarkedUnread':
      case 'ConversationArchived':
      case 'ConversationUnarchived':
      case 'KeywordReceived':
      case 'SendRefused':
      case 'NoteAdded': // the contact sees the preview too
        return moved;
    }
  },
});

/** What every event may change. */
function movedBy(row: InboxRow, event: Recorded<ConversationEvent>): InboxRow {
  const folder = folderAfter(row.folder, event);
  const assignee = assigneeAfter(row.assignee, event);
  const staff = staffAfter(row.staff ?? [], event);
  return {
    ...row,
    folder,
    archived: !isInInbox(folder),
    labels: labelsAfter(row.labels ?? [], event),
    assignee,
    staff,
    mine: concernedStaff({ staff, assignee }),
    source: sourceAfter(row.source ?? 'console', event),
    ...readAfter(row, event),
    revision: event.revision,
  };
}

function readAfter({ received = 0, readByAuthor }: InboxRow, event: Recorded<ConversationEvent>): Partial<InboxRow> {
  if (event.type === 'MessageReceived') return { received: received + 1 };
  if (event.type !== 'MessageSent') return {};
  return { readByAuthor: { ...readByAuthor, [event.data.by]: { revision: event.revision, messages: received } } };
}

/** A message that staff have not answered counts where it is now. */
function withMove(row: InboxRow, { data, revision, aggregateId }: Recorded<MessageMoved>, id: string): InboxRow {
  const isUnanswered = data.receivedPosition > (row.replied ?? '');
  const change = !isUnanswered ? 0 : id === data.to ? 1 : -1;
  return {
    ...row,
    answers: Math.max(0, row.answers + change),
    isLatestMoved: true,
    revision: id === aggregateId ? revision : row.revision,
  };
}

export const preview = (text: Personal<string>): string | null => {
  if (isErased(text)) return null;
  const characters = [...text.replace(/\s+/g, ' ')];
  return characters.length <= PREVIEW_LENGTH
    ? characters.join('')
    : `${characters.slice(0, PREVIEW_LENGTH - 1).join('')}…`;
};
