import type { EventTypes, Message, Personal } from '@app/kernel';

/** The author of the message: the send gate treats a person's text differently from an automated one. */
export type Lane = 'person' | 'opt-in-request' | 'notification';

/** Sending priority: messages written by a person go before automated ones. */
export const laneOrder: readonly Lane[] = ['person', 'opt-in-request', 'notification'];

/** A consent that was read, with its revision; -1 if there was none. */
export type ConsentRead = { readonly consentId: string; readonly revision: number };

export type DeliveryRequested = Message<
  'DeliveryRequested',
  {
    deliveryId: string;
    channel: 'sms' | 'email';
    lane: Lane;
    messageId: string;
    conversationId: string;
    recipient: { readonly kind: 'contact' | 'member'; readonly id: string };
    /** Where text and address are read from. */
    source: { readonly stream: string; readonly revision: number };
    /** The consent that a text needs: its address and sender; `null` for email. */
    consentOf: { readonly addressId: string; readonly senderId: string } | null;
    /** The number a text is sent from, and the calling code of the destination country; `null` for email. */
    route: { readonly senderId: string; readonly country: string } | null;
    /** ISO 8601; not sent before the first, dropped after the second. */
    notBefore: string;
    expiresAt: string;
  }
>;
/** One worker claimed it; only that worker calls the provider. The event stores every consent that was read. */
export type DeliveryClaimed = Message<
  'DeliveryClaimed',
  { claimId: string; claimedAt: string; consents: readonly ConsentRead[] }
>;
/** An email waits for further messages, to be sent as a digest with theirs. */
export type DeliveryPostponed = Message<'DeliveryPostponed', { notBefore: string }>;
/** The deliveries that this email may include. Each of them decides once, by `DeliveryIncluded`, whether it does. */
export type DigestPlanned = Message<'DigestPlanned', { deliveryIds: readonly string[] }>;
/** The email of another delivery tells about this message too, so it gets none of its own. */
export type DeliveryIncluded = Message<'DeliveryIncluded', { digestId: string }>;
/** Given back before the provider was called, or because the provider asked for a later retry. */
export type DeliveryReleased = Message<'DeliveryReleased', { claimId: string; cause: string; notBefore: string }>;
export type DeliveryAccepted = Message<'DeliveryAccepted', { claimId: string; providerMessageId: string }>;
export type DeliveryRejected = Message<'DeliveryRejected', { claimId: string; code: string; reason: string }>;
/** The provider may have accepted it. */
export type DeliveryUncertain = Message<'DeliveryUncertain', { claimId: string; cause: string }>;
/** Not sent, because of our own rule. */
export type DeliveryWithheld = Message<
  'DeliveryWithheld',
  { rule: string; refusedSenderId: string | null; consents: readonly ConsentRead[] }
>;
export type DeliveryExpired = Message<'DeliveryExpired', { expiresAt: string }>;
export type ReceiptReceived = Message<
  'ReceiptReceived',
  {
    claimId: string;
    contactId: string;
    providerMessageId: string;
    status: string;
    errorCode: string | null;
    form: Personal<Readonly<Record<string, string>>>;
  }
>;
/** A member of staff decided about an uncertain delivery: resend or leave. */
export type DeliverySettled = Message<
  'DeliverySettled',
  { by: string; decision: 'resend' | 'leave'; notBefore: string; expiresAt: string }
>;

export type DeliveryEvent =
  | DeliveryRequested
  | DeliveryPostponed
  | DigestPlanned
  | DeliveryIncluded
  | DeliveryClaimed
  | DeliveryReleased
  | DeliveryAccepted
  | DeliveryRejected
  | DeliveryUncertain
  | DeliveryWithheld
  | DeliveryExpired
  | ReceiptReceived
  | DeliverySettled;

export const deliveryEventTypes = {
  DeliveryRequested: { version: 1 },
  DeliveryPostponed: { version: 1 },
  DigestPlanned: { version: 1 },
  DeliveryIncluded: { version: 1 },
  DeliveryClaimed: { version: 1 },
  DeliveryReleased: { version: 1 },
  DeliveryAccepted: { version: 1 },
  DeliveryRejected: { version: 1 },
  DeliveryUncertain: { version: 1 },
  DeliveryWithheld: { version: 1 },
  DeliveryExpired: { version: 1 },
  ReceiptReceived: { version: 1, sealed: { form: 'contactId' } },
  DeliverySettled: { version: 1 },
} as const satisfies EventTypes<DeliveryEvent>;
