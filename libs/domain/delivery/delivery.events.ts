import type { EventTypes, Message, Personal } from '@app/kernel';

/** Who sends: a person's text is answered differently by the send gate than one of the program's own. */
export type Lane = 'person' | 'opt-in-request' | 'notification';

/** What goes first where not everything can go at once: what a person wrote, then what the program sends by itself. */
export const laneOrder: readonly Lane[] = ['person', 'opt-in-request', 'notification'];

/** A consent that was read, with its revision; -1 when nothing was there. */
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
    /** Whose consent a text needs, and for which sender; `null` for email. */
    consentOf: { readonly addressId: string; readonly senderId: string } | null;
    /** The number a text comes from, and the calling code of the country it goes to; `null` for email. */
    route: { readonly senderId: string; readonly country: string } | null;
    /** ISO 8601; not before, and dropped after. */
    notBefore: string;
    expiresAt: string;
  }
>;
/** One worker took it; only that worker calls the provider. It keeps every consent that was read for it. */
export type DeliveryClaimed = Message<
  'DeliveryClaimed',
  { claimId: string; claimedAt: string; consents: readonly ConsentRead[] }
>;
/** Given back before the provider was called, or because the provider asked to come later. */
export type DeliveryReleased = Message<'DeliveryReleased', { claimId: string; cause: string; notBefore: string }>;
export type DeliveryAccepted = Message<'DeliveryAccepted', { claimId: string; providerMessageId: string }>;
export type DeliveryRejected = Message<'DeliveryRejected', { claimId: string; code: string; reason: string }>;
/** The provider may have accepted it. */
export type DeliveryUncertain = Message<'DeliveryUncertain', { claimId: string; cause: string }>;
/** Not sent, by our own rule. */
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
/** A member of staff decided about an uncertain one: send it again, or leave it. */
export type DeliverySettled = Message<
  'DeliverySettled',
  { by: string; decision: 'resend' | 'leave'; notBefore: string; expiresAt: string }
>;

export type DeliveryEvent =
  | DeliveryRequested
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
