import type { EventTypes, JsonObject, Message, Personal } from '@app/kernel';

export type Channel = 'in-app' | 'sms';

/** Why nothing was sent. */
export type SendRule =
  | 'NoConsent'
  | 'ConsentPending'
  | 'RecipientOptedOut'
  | 'ContactNotRegistered'
  | 'ContactInactive'
  | 'ContactErased'
  | 'TextLimitReached';

/** How a text travels; `null` in the app. `from` is the program's own number. */
export type TextRoute = { readonly senderId: string; readonly from: string; readonly addressId: string };

/** In every event: which conversation, whose it is and about which referral, so that each fact stands for itself. */
type About = { conversationId: string; contactId: string; referralId: string | null };

export type ConversationStarted = Message<'ConversationStarted', About & { by: string | null }>;
/**
 * `isNotified`: whether an email tells the contact of this message in the app, decided when it was written. `null` in events of
 * version 1: there `NotificationDecided` decides it.
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
/** A text the program sends by itself; it moves no conversation. */
export type AutomatedTextSent = Message<
  'AutomatedTextSent',
  About & { messageId: string; kind: 'opt-in-request'; text: Personal<string>; to: Personal<string>; route: TextRoute }
>;
/** `acceptedPosition` is the position where it came through the door: its place in the thread. `null`: this event's own. */
export type MessageReceived = Message<
  'MessageReceived',
  About & {
    messageId: string;
    channel: Channel;
    text: Personal<string>;
    acceptedPosition: string | null;
    providerMessageId: string | null;
  }
>;
/** A keyword by text: a system entry. */
export type KeywordReceived = Message<
  'KeywordReceived',
  About & {
    messageId: string;
    keyword: string;
    text: Personal<string>;
    acceptedPosition: string;
    providerMessageId: string;
  }
>;
export type SendRefused = Message<
  'SendRefused',
  About & {
    messageId: string;
    by: string;
    channel: Channel;
    rule: SendRule;
    /** Which of the program's senders the contact opted out of, where that is the rule. */ refusedSenderId:
      string | null;
  }
>;
/** A member of staff opened an unread conversation. */
export type ConversationRead = Message<'ConversationRead', About & { by: string }>;
export type ConversationMarkedUnread = Message<'ConversationMarkedUnread', About & { by: string }>;
export type ConversationArchived = Message<'ConversationArchived', About & { by: string }>;
/** The member of staff who is responsible from now on; `null`: nobody. Then the author of the next `MessageSent` is. */
export type ConversationAssigned = Message<'ConversationAssigned', About & { assignee: string | null; by: string }>;
/** The last event of a conversation: its key is destroyed after it. That it was, whose, and who deleted it stays. */
export type ConversationDeleted = Message<'ConversationDeleted', About & { by: string }>;

export type ConversationEvent =
  | ConversationStarted
  | MessageSent
  | AutomatedTextSent
  | MessageReceived
  | KeywordReceived
  | SendRefused
  | ConversationRead
  | ConversationMarkedUnread
  | ConversationArchived
  | ConversationAssigned
  | ConversationDeleted;

export const conversationEventTypes = {
  ConversationStarted: { version: 1 },
  MessageSent: { version: 2, sealed: { text: 'conversationId', to: 'contactId' } },
  AutomatedTextSent: { version: 1, sealed: { text: 'conversationId', to: 'contactId' } },
  MessageReceived: { version: 1, sealed: { text: 'conversationId' } },
  KeywordReceived: { version: 1, sealed: { text: 'conversationId' } },
  SendRefused: { version: 1 },
  ConversationRead: { version: 1 },
  ConversationMarkedUnread: { version: 1 },
  ConversationArchived: { version: 1 },
  ConversationAssigned: { version: 1 },
  ConversationDeleted: { version: 1 },
} as const satisfies EventTypes<ConversationEvent>;

/** From the stored events of older versions to those of today. */
export const conversationUpcasters = {
  'MessageSent.v1': (data: JsonObject) => ({ type: 'MessageSent.v2', data: { ...data, isNotified: null } }),
};
