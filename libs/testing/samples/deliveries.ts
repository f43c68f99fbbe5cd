import type { Samples } from './sample-types.js';
import { at, claimId, phone } from './shared-values.js';

/** Deliveries, and the holds that pause sending. */
export const deliverySamples = {
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
  DeliveryPostponed: { notBefore: '2026-01-05T10:00:00.000Z' },
  DigestPlanned: { deliveryIds: ['delivery-2', 'delivery-3'] },
  DeliveryIncluded: { digestId: 'delivery-4' },
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
} satisfies Partial<Samples>;
