import type { ConversationEvent } from './conversation.events.js';

export type Folder = 'unread' | 'read' | 'replied' | 'archived' | 'snoozed';

/** Whether conversations of this folder are in the inbox. */
export const isInInbox = (folder: Folder): boolean => folder !== 'archived' && folder !== 'snoozed';

/**
 * The folder of a conversation after an event, by the table of the requirements. Automated messages, keywords and notes
 * do not change it. A snooze is shared by the staff too: it ends in Unread, and a reply by staff does not end it.
 */
export function folderAfter(folder: Folder, event: ConversationEvent): Folder {
  switch (event.type) {
    case 'MessageReceived':
    case 'ConversationMarkedUnread':
    case 'SnoozeEnded':
      return 'unread';
    case 'MessageSent':
      return folder === 'snoozed' ? folder : 'replied';
    case 'ConversationSnoozed':
      return 'snoozed';
    case 'ConversationRead':
    case 'ConversationStarted':
    case 'ConversationUnarchived':
      return 'read';
    case 'ConversationArchived':
      return 'archived';
    case 'AutomatedTextSent':
    case 'KeywordReceived':
    case 'SendRefused':
    case 'NoteAdded':
    case 'MessageMoved':
    case 'ConversationAssigned':
    case 'ConversationLabelled':
    case 'ConversationUnlabelled':
    case 'ConversationDeleted':
      return folder;
  }
}
