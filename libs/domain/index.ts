import { addressEventTypes } from './address/index.js';
import { consentEventTypes } from './consent/index.js';
import { contactEventTypes } from './contact/index.js';
import { conversationEventTypes, conversationUpcasters } from './conversation/index.js';
import { deliveryEventTypes } from './delivery/index.js';
import { holdEventTypes } from './hold/index.js';
import { inboundEventTypes } from './inbound/index.js';
import { memberEventTypes } from './member/index.js';
import { notificationEventTypes } from './notification/index.js';
import { parkedEventTypes } from './parked/index.js';
import { programEventTypes } from './program/index.js';
import { recordEventTypes } from './record/index.js';
import { referralEventTypes } from './referral/index.js';
import { requestEventTypes } from './request/index.js';

/** Every type of event the record may hold, by the category of its streams. */
export const eventTypesByCategory = {
  record: recordEventTypes,
  program: programEventTypes,
  member: memberEventTypes,
  contact: contactEventTypes,
  address: addressEventTypes,
  referral: referralEventTypes,
  conversation: conversationEventTypes,
  consent: consentEventTypes,
  inbound: inboundEventTypes,
  delivery: deliveryEventTypes,
  hold: holdEventTypes,
  notification: notificationEventTypes,
  request: requestEventTypes,
  parked: parkedEventTypes,
} as const;

export const eventTypes = {
  ...recordEventTypes,
  ...programEventTypes,
  ...memberEventTypes,
  ...contactEventTypes,
  ...addressEventTypes,
  ...referralEventTypes,
  ...conversationEventTypes,
  ...consentEventTypes,
  ...inboundEventTypes,
  ...deliveryEventTypes,
  ...holdEventTypes,
  ...notificationEventTypes,
  ...requestEventTypes,
  ...parkedEventTypes,
} as const;

/** From the stored events of older versions to those of today. */
export const upcasters = { ...conversationUpcasters };

type SubjectField<Type> = Type extends { readonly sealed: Readonly<Record<string, infer Field>> }
  ? Extract<Field, string>
  : never;

/**
 * Where it shows that a subject has sealed events, by the field that names the subject: the category of the stream in which
 * the first of them is. No key is made for a subject with sealed events, except for an address, which has no such stream: a
 * text from a phone may be a STOP, and is accepted also when the key of its number is lost.
 */
export const subjectHomes = {
  contactId: 'contact',
  referredId: 'contact',
  conversationId: 'conversation',
  programId: 'program',
  memberId: 'member',
  subjectId: null,
} as const satisfies Record<
  SubjectField<(typeof eventTypes)[keyof typeof eventTypes]>,
  keyof typeof eventTypesByCategory | null
>;
