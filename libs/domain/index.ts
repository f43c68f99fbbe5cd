import type { Upcasters } from '@app/kernel';
import { addressAggregate } from './address/index.js';
import { consentAggregate } from './consent/index.js';
import { contactAggregate } from './contact/index.js';
import { conversationAggregate } from './conversation/index.js';
import { deliveryAggregate } from './delivery/index.js';
import { holdAggregate } from './hold/index.js';
import { inboundAggregate } from './inbound/index.js';
import { memberAggregate } from './member/index.js';
import { notificationAggregate } from './notification/index.js';
import { parkedAggregate } from './parked/index.js';
import { programAggregate } from './program/index.js';
import { recordEventTypes } from './record/index.js';
import { referralAggregate } from './referral/index.js';
import { requestAggregate } from './request/index.js';

/** Every aggregate; an array, so that what is made of it needs no other list. */
export const aggregates = [
  programAggregate,
  memberAggregate,
  contactAggregate,
  addressAggregate,
  referralAggregate,
  conversationAggregate,
  consentAggregate,
  inboundAggregate,
  deliveryAggregate,
  holdAggregate,
  notificationAggregate,
  requestAggregate,
  parkedAggregate,
] as const;

/** Every event of every aggregate. */
export type DomainEvent = Parameters<(typeof aggregates)[number]['evolve']>[1];

/** The record's own identity is an event too, of no aggregate. */
const stored = [{ category: 'record', events: recordEventTypes, upcasters: {} }, ...aggregates] as const;
type Stored = (typeof stored)[number];

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Every type of event the record may hold, by the category of its streams. */
export const eventTypesByCategory = Object.fromEntries(stored.map(({ category, events }) => [category, events])) as {
  readonly [Of in Stored as Of['category']]: Of['events'];
};

export const eventTypes = Object.assign({}, ...stored.map(({ events }) => events)) as Intersection<Stored['events']>;

/** From the stored events of older versions to those of today. */
export const upcasters: Upcasters = Object.assign({}, ...stored.map((of) => of.upcasters));

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
