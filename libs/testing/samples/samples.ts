import type { RecordEvent } from '@app/domain/record';
import type { DomainEvent as EventOfAggregate, eventTypes } from '@app/domain';
import type { Open } from '@app/kernel';

export type DomainEvent = EventOfAggregate | RecordEvent;

/** A stored type without a sample does not compile. */
type Samples = Readonly<Record<keyof typeof eventTypes, object>> & {
  readonly [Type in DomainEvent['type']]: Open<Extract<DomainEvent, { type: Type }>['data']>;
};

const place = '0000000000000007';
const parked = { worker: 'automation', key: 'conversation-1', source: { stream: 'conversation-1', revision: 3 } };
const about = { conversationId: 'conversation-1', contactId: 'contact-rita', referralId: 'referral-1' };
const route = { senderId: 'sender-1', from: '+15550001111', addressId: 'address-1' };
const whose = { addressId: 'address-1', subjectId: 'address-1', senderId: 'sender-1' };
const phone = '+15551234567';
const at = '2026-01-05T09:00:00.000Z';
const claimId = 'delivery-1.1';
const contact = {
  contactId: 'contact-rita',
  name: 'Rita Referrer',
  phones: [phone],
  addressIds: ['address-1'],
  emails: ['rita@example.com'],
  externalId: 'crm-7',
  contactType: 'referrer',
  registered: true,
  active: true,
} as const;

/** One example of the data of each event type. */
export const samples: Samples = {
  AddressHeld: { contactId: 'contact-rita' },
  AddressReleased: { contactId: 'contact-rita' },
  AddressTexted: { contactId: 'contact-rita', conversationId: 'conversation-1', senderId: 'sender-1', at },
  AddressErased: { erasures: 1 },
  OptInRequested: {
    ...whose,
    contactId: 'contact-rita',
    referralId: 'referral-1',
    phone,
    purpose: 'conversational',
    evidence: {
      wording: 'Text me about my referrals',
      wordingVersion: '3',
      source: 'https://example.com/join',
      tickedAt: at,
    },
    requestedAt: at,
    optInText: { version: '1', text: 'Reply YES to get texts, STOP to opt out' },
  },
  OptInFormReceived: {
    ...whose,
    contactId: 'contact-rita',
    purpose: 'marketing',
    evidence: {
      wording: 'Send me offers',
      wordingVersion: '4',
      source: 'https://example.com/offers',
      tickedAt: '2026-01-06T09:00:00.000Z',
    },
  },
  OptedIn: {
    ...whose,
    keyword: 'YES',
    keywordList: '2026-11-24',
    text: 'Yes!',
    providerMessageId: 'SM1',
    acceptedPosition: '0000000000000005',
    acceptedAt: at,
    sentAt: null,
  },
  OptedOut: {
    ...whose,
    keyword: 'STOP',
    keywordList: '2026-11-24',
    text: 'stop.',
    providerMessageId: 'SM2',
    acceptedPosition: place,
    acceptedAt: at,
    sentAt: null,
  },
  OptOutLearned: {
    addressId: 'address-1',
    senderId: 'sender-1',
    deliveryId: 'delivery-1',
    claimId,
    errorCode: '21610',
    claimedPosition: place,
    claimedAt: at,
  },
  OptInErased: { addressId: 'address-1', senderId: 'sender-1' },
  TextedFirst: { addressId: 'address-1', senderId: 'sender-1', providerMessageId: 'SM4' },
  ContactCreated: contact,
  ContactDetailsChanged: { ...contact, name: 'Rita R.', formerAddressIds: ['address-2'] },
  ContactErased: { contactId: 'contact-rita', addressIds: ['address-1', 'address-2'], by: 'olivia' },
  ConversationStarted: { ...about, by: 'anna' },
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
  },
  KeywordReceived: {
    ...about,
    messageId: 'message-4',
    keyword: 'STOP',
    text: 'stop.',
    acceptedPosition: place,
    providerMessageId: 'SM2',
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
  ConversationArchived: { ...about, by: 'anna' },
  ConversationDeleted: { ...about, by: 'olivia' },
  DeliveryRequested: {
    deliveryId: 'delivery-1',
    channel: 'sms',
    lane: 'person',
    messageId: 'message-1',
    conversationId: 'conversation-1',
    recipient: { kind: 'contact', id: 'contact-rita' },
    source: { stream: 'conversation-conversation-1', revision: 1 },
    consentOf: { addressId: 'address-1', senderId: 'sender-1' },
    route: { senderId: 'sender-1', country: '1' },
    notBefore: at,
    expiresAt: '2026-01-06T09:00:00.000Z',
  },
  DeliveryClaimed: { claimId, claimedAt: at, consents: [{ consentId: 'consent-1', revision: 1 }] },
  DeliveryReleased: { claimId, cause: '20429', notBefore: at },
  DeliveryAccepted: { claimId, providerMessageId: 'SM6' },
  DeliveryRejected: { claimId, code: '21211', reason: 'HTTP 400' },
  DeliveryUncertain: { claimId, cause: 'ETIMEDOUT' },
  DeliveryWithheld: {
    rule: 'RecipientOptedOut',
    refusedSenderId: 'sender-1',
    consents: [{ consentId: 'consent-1', revision: 2 }],
  },
  DeliveryExpired: { expiresAt: at },
  ReceiptReceived: {
    claimId,
    contactId: 'contact-rita',
    providerMessageId: 'SM6',
    status: 'undelivered',
    errorCode: '30003',
    form: { MessageSid: 'SM6', To: phone },
  },
  DeliverySettled: { by: 'anna', decision: 'resend', notBefore: at, expiresAt: '2026-01-06T09:00:00.000Z' },
  SendingHeld: {
    scope: { kind: 'country', senderId: 'sender-1', country: '33' },
    senderIds: ['sender-1'],
    code: '21408',
    credentials: 1,
    since: at,
    nextTryAt: '2026-01-05T09:01:00.000Z',
    pauseMs: 60_000,
  },
  SendingTried: {
    scope: { kind: 'country', senderId: 'sender-1', country: '33' },
    nextTryAt: '2026-01-05T09:03:00.000Z',
    pauseMs: 120_000,
  },
  SendingResumed: { scope: { kind: 'country', senderId: 'sender-1', country: '33' } },
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
  MemberAdded: {
    programId: 'program-1',
    memberId: 'member-1',
    userId: 'anna',
    name: 'Anna Agent',
    email: 'anna@example.com',
    role: 'agent',
  },
  MemberRemoved: { userId: 'anna', by: 'olivia' },
  NotificationDecided: {
    messageId: 'message-3',
    conversationId: 'conversation-1',
    people: [{ kind: 'member', id: 'anna' }],
  },
  ProgramCreated: {
    programId: 'program-1',
    name: 'Acme Referrals',
    policies: { consentMode: 'double_opt_in', replyToInbound: 'allowed', optOutScope: 'all' },
    optInText: { version: '1', text: 'Reply YES to get texts, STOP to opt out' },
    portalLink: 'https://portal.example.com/{conversationId}',
    consoleLink: 'https://console.example.com/{conversationId}',
  },
  TokenRotationEnded: { programId: 'program-1', senderId: 'sender-1' },
  RecordBegun: { recordId: 'record-1' },
  PolicyChanged: { name: 'replyToInbound', value: 'needs_consent', by: 'olivia' },
  WidgetOriginsSet: { origins: ['https://shop.example'] },
  SenderCredentialsChanged: {
    programId: 'program-1',
    senderId: 'sender-1',
    accountSid: 'AC2',
    authToken: 'another-token-of-the-provider',
  },
  SenderAdded: {
    programId: 'program-1',
    senderId: 'sender-1',
    phone: '+15550001111',
    accountSid: 'AC1',
    authToken: 'a-token-of-the-provider',
  },
  ReferralCreated: {
    referralId: 'referral-1',
    referrerId: 'contact-rita',
    referredId: 'contact-paul',
    status: 'new',
    externalId: 'crm-9',
  },
  RequestTaken: { kind: 'contact' },
  RequestAnswered: { revision: 3, position: place },
  MessageParked: { ...parked, cause: 'TypeError' },
  ReplayRequested: { worker: 'automation', key: 'conversation-1' },
  ParkedMessageHandled: parked,
  ReplayFailed: { ...parked, cause: 'RangeError' },
};

export const sampleOf = <Type extends DomainEvent['type']>(type: Type): Extract<DomainEvent, { type: Type }> =>
  ({ type, data: samples[type] }) as unknown as Extract<DomainEvent, { type: Type }>;
