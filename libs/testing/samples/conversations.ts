import type { Samples } from './sample-types.js';
import { phone, place, whose } from './shared-values.js';

const about = { conversationId: 'conversation-1', contactId: 'contact-rita', referralId: 'referral-1' };
const route = { senderId: 'sender-1', from: '+15550001111', addressId: 'address-1' };

/** Conversations, the inbound texts that reach them, and who is notified. */
export const conversationSamples = {
  ConversationStarted: { ...about, by: 'anna', source: 'console' },
  MessageSent: {
    ...about,
    messageId: 'message-1',
    by: 'anna',
    channel: 'sms',
    text: 'Your bonus is on its way',
    to: phone,
    route,
    isNotified: false,
  },
  AutomatedTextSent: {
    ...about,
    messageId: 'message-2',
    kind: 'opt-in-request',
    text: 'Reply YES to get texts, STOP to opt out',
    to: phone,
    route,
  },
  MessageReceived: {
    ...about,
    messageId: 'message-3',
    channel: 'sms',
    text: 'Is my bonus in?',
    acceptedPosition: place,
    providerMessageId: 'SM5',
    source: 'text',
    receivedBy: { senderId: 'sender-1', addressId: 'address-1' },
  },
  KeywordReceived: {
    ...about,
    messageId: 'message-4',
    keyword: 'STOP',
    text: 'stop.',
    acceptedPosition: place,
    providerMessageId: 'SM2',
    receivedBy: { senderId: 'sender-1', addressId: 'address-1' },
  },
  SendRefused: {
    ...about,
    messageId: 'message-5',
    by: 'anna',
    channel: 'sms',
    rule: 'RecipientOptedOut',
    refusedSenderId: 'sender-1',
  },
  ConversationRead: { ...about, by: 'anna' },
  ConversationMarkedUnread: { ...about, by: 'anna' },
  ConversationAssigned: { ...about, assignee: 'ben', by: 'anna' },
  ConversationMuted: { conversationId: about.conversationId, userId: 'anna', until: '2026-02-01T09:00:00.000Z' },
  ConversationUnmuted: { conversationId: about.conversationId, userId: 'anna' },
  MuteEnded: { conversationId: about.conversationId, userId: 'anna', until: '2026-02-01T09:00:00.000Z' },
  ReadPositionMoved: {
    conversationId: about.conversationId,
    reader: { kind: 'member', id: 'anna' },
    revision: 3,
    messages: 2,
  },
  ConversationArchived: { ...about, by: 'anna' },
  ConversationUnarchived: { ...about, by: 'anna' },
  ConversationDeleted: { ...about, by: 'olivia' },
  BulkStarted: {
    action: 'archive',
    folder: 'inbox',
    mine: null,
    upTo: place,
    by: 'anna',
    at: '2026-01-05T09:00:00.000Z',
  },
  BulkListed: { conversationIds: ['conversation-1', 'conversation-2'], after: null },
  BulkProgressed: {
    results: [
      { conversationId: 'conversation-1', outcome: 'done', code: null },
      { conversationId: 'conversation-2', outcome: 'refused', code: 'ConversationDeleted' },
    ],
    isFinished: true,
    at: '2026-01-05T09:00:01.000Z',
  },
  InboundReceived: {
    providerMessageId: 'SM5',
    ...whose,
    from: phone,
    text: 'Is my bonus in?',
    form: { MessageSid: 'SM5', From: phone, Unheard: 'of' },
    sentAt: null,
  },
  InboundRouted: {
    contactId: 'contact-rita',
    conversationId: 'conversation-1',
    referralId: 'referral-1',
    isNewNumber: false,
    asKeyword: false,
  },
  NotificationDecided: {
    messageId: 'message-3',
    conversationId: 'conversation-1',
    people: [{ kind: 'member', id: 'anna' }],
    notNotified: [{ person: { kind: 'member', id: 'ben' }, reason: 'Muted' }],
  },
  NotificationsChosen: {
    person: { kind: 'member', id: 'anna' },
    channel: 'email',
    choice: 'digest_1_hour',
    via: 'account',
  },
} satisfies Partial<Samples>;
