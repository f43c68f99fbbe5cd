import type { EventTypes, JsonObject, Message, Personal, Position } from '@app/kernel';

export type Channel = 'in-app' | 'sms';

/** Where something of the contact came from. */
export const contactSources = ['form', 'widget', 'portal', 'text'] as const;
export type ContactSource = (typeof contactSources)[number];
/** Where a conversation came from; `console`: staff started it, and the contact has not written yet. */
export type Source = ContactSource | 'console';

/** Why nothing was sent. */
export type SendRule =
  | 'NoConsent'
  | 'ConsentPending'
  | 'RecipientOptedOut'
  | 'ContactNotRegistered'
  | 'ContactInactive'
  | 'ContactRemoved'
  | 'ContactErased'
  | 'TextLimitReached'
  | 'TextsDisabled'
  | 'MessagesDisabled'
  | 'UnansweredMessage';

/** How a text is sent; `null` for in-app messages. `from` is the program's own number. */
export type TextRoute = { readonly senderId: string; readonly from: string; readonly addressId: string };

/** Which of the program's numbers received a text, and the address that it came from. */
export type ReceivedBy = Pick<TextRoute, 'senderId' | 'addressId'>;

/** In every event: the conversation, its contact and its referral, so that each event can be understood alone. */
type About = { conversationId: string; contactId: string; referralId: string | null };

/** `source` is missing in events stored before it existed. */
export type ConversationStarted = Message<'ConversationStarted', About & { by: string | null; source?: Source }>;
/**
 * `isNotified`: whether an email notifies the contact of this in-app message, decided when it was written. `null` in
 * events of version 1, for which `NotificationDecided` decides.
 */
export type MessageSent = Message<
  'MessageSent',
  About & {
    messageId: string;
    by: string;
    channel: Channel;
    text: Personal<string>;
    to: Personal<string | null>;
    route: TextRoute | null;
    isNotified: boolean | null;
  }
>;
/** A text sent automatically by the program; it does not change the folder. */
export type AutomatedTextSent = Message<
  'AutomatedTextSent',
  About & { messageId: string; kind: 'opt-in-request'; text: Personal<string>; to: Personal<string>; route: TextRoute }
>;
/**
 * `acceptedPosition` is the position at which the text was accepted: its place in the thread. `null`: use this event's
 * own position. `source` and, for texts, `receivedBy` are missing in events stored before they existed. `wasBlocked`: a
 * block kept it out until now, and nobody is alerted of it.
 */
export type MessageReceived = Message<
  'MessageReceived',
  About & {
    messageId: string;
    channel: Channel;
    text: Personal<string>;
    acceptedPosition: string | null;
    providerMessageId: string | null;
    source?: ContactSource;
    receivedBy?: ReceivedBy;
    wasBlocked?: boolean;
  }
>;
/** A keyword received by text: a system entry. `receivedBy` is missing in events stored before it existed. */
export type KeywordReceived = Message<
  'KeywordReceived',
  About & {
    messageId: string;
    keyword: string;
    text: Personal<string>;
    acceptedPosition: string;
    providerMessageId: string;
    receivedBy?: ReceivedBy;
  }
>;
export type SendRefused = Message<
  'SendRefused',
  About & {
    messageId: string;
    by: string;
    channel: Channel;
    rule: SendRule;
    /** The sender of the program that the contact opted out of, if that is the rule. */
    refusedSenderId: string | null;
  }
>;
/**
 * An internal note, written by staff for staff. `mentions`: user ids of the members who are told of it. No sender reads
 * this event, and nothing that a contact can see shows it.
 */
export type NoteAdded = Message<
  'NoteAdded',
  About & { messageId: string; by: string; text: Personal<string>; mentions: readonly string[] }
>;
/**
 * A message that this conversation received was moved to another conversation of the contact, or back. `from`: where it
 * was until now. `receivedPosition`: that of its `MessageReceived`.
 */
export type MessageMoved = Message<
  'MessageMoved',
  About & {
    messageId: string;
    from: string;
    to: string;
    toReferralId: string | null;
    receivedPosition: Position;
    by: string;
  }
>;
/** A member of staff opened an unread conversation. */
export type ConversationRead = Message<'ConversationRead', About & { by: string }>;
export type ConversationMarkedUnread = Message<'ConversationMarkedUnread', About & { by: string }>;
export type ConversationArchived = Message<'ConversationArchived', About & { by: string }>;
/** A member of staff brought an archived conversation back to the inbox, where it is read. */
export type ConversationUnarchived = Message<'ConversationUnarchived', About & { by: string }>;
/**
 * The member of staff who is responsible from now on. `null`: nobody, and the author of the next `MessageSent` becomes
 * responsible.
 */
export type ConversationAssigned = Message<'ConversationAssigned', About & { assignee: string | null; by: string }>;
/** It leaves the inbox of all staff until this time (ISO 8601), or until the contact writes, whichever comes first. */
export type ConversationSnoozed = Message<'ConversationSnoozed', About & { until: string | null; by: string }>;
/**
 * A snoozed conversation is back in Unread. `channel`: that of the contact's message that ended the snooze. `by`: the
 * member of staff who ended it.
 */
export type SnoozeEnded = Message<
  'SnoozeEnded',
  About & { cause: 'time' | 'message' | 'staff'; channel: Channel | null; by: string | null }
>;
export type ConversationLabelled = Message<'ConversationLabelled', About & { label: string; by: string }>;
export type ConversationUnlabelled = Message<'ConversationUnlabelled', About & { label: string; by: string }>;
/**
 * The last event of a conversation, after which its key is destroyed. Its contact, its referral and who deleted it
 * remain known.
 */
export type ConversationDeleted = Message<'ConversationDeleted', About & { by: string }>;

export type ConversationEvent =
  | ConversationStarted
  | MessageSent
  | AutomatedTextSent
  | MessageReceived
  | KeywordReceived
  | SendRefused
  | NoteAdded
  | MessageMoved
  | ConversationRead
  | ConversationMarkedUnread
  | ConversationArchived
  | ConversationUnarchived
  | ConversationAssigned
  | ConversationSnoozed
  | SnoozeEnded
  | ConversationLabelled
  | ConversationUnlabelled
  | ConversationDeleted;

export const conversationEventTypes = {
  ConversationStarted: { version: 1 },
  MessageSent: { version: 2, sealed: { text: 'conversationId', to: 'contactId' } },
  AutomatedTextSent: { version: 1, sealed: { text: 'conversationId', to: 'contactId' } },
  MessageReceived: { version: 1, sealed: { text: 'conversationId' } },
  KeywordReceived: { version: 1, sealed: { text: 'conversationId' } },
  SendRefused: { version: 1 },
  NoteAdded: { version: 1, sealed: { text: 'conversationId' } },
  MessageMoved: { version: 1 },
  ConversationRead: { version: 1 },
  ConversationMarkedUnread: { version: 1 },
  ConversationArchived: { version: 1 },
  ConversationUnarchived: { version: 1 },
  ConversationAssigned: { version: 1 },
  ConversationSnoozed: { version: 1 },
  SnoozeEnded: { version: 1 },
  ConversationLabelled: { version: 1 },
  ConversationUnlabelled: { version: 1 },
  ConversationDeleted: { version: 1 },
} as const satisfies EventTypes<ConversationEvent>;

/** Upcasts stored events of older versions. */
export const conversationUpcasters = {
  'MessageSent.v1': (data: JsonObject) => ({ type: 'MessageSent.v2', data: { ...data, isNotified: null } }),
};
