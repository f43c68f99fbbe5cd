import type { Upcasters } from '@app/kernel';
import { addressAggregate } from './address/index.js';
import { bulkAggregate } from './bulk/index.js';
import { blockAggregate } from './block/index.js';
import { consentAggregate } from './consent/index.js';
import { contactAggregate } from './contact/index.js';
import { conversationAggregate } from './conversation/index.js';
import { deliveryAggregate } from './delivery/index.js';
import { exportAggregate } from './export/index.js';
import { holdAggregate } from './hold/index.js';
import { importAggregate } from './import/index.js';
import { inboundAggregate } from './inbound/index.js';
import { memberAggregate } from './member/index.js';
import { muteAggregate } from './mute/index.js';
import { notificationAggregate } from './notification/index.js';
import { ownersAggregate } from './owners/index.js';
import { parkedAggregate } from './parked/index.js';
import { preferenceAggregate } from './preference/index.js';
import { programAggregate } from './program/index.js';
import { readingAggregate } from './reading/index.js';
import { recordEventTypes } from './record/index.js';
import { referralAggregate } from './referral/index.js';
import { requestAggregate } from './request/index.js';

/** All aggregates; everything derived from them uses this array. */
export const aggregates = [
  programAggregate,
  memberAggregate,
  ownersAggregate,
  contactAggregate,
  addressAggregate,
  referralAggregate,
  conversationAggregate,
  muteAggregate,
  readingAggregate,
  bulkAggregate,
  blockAggregate,
  consentAggregate,
  inboundAggregate,
  deliveryAggregate,
  holdAggregate,
  notificationAggregate,
  preferenceAggregate,
  requestAggregate,
  importAggregate,
  parkedAggregate,
  exportAggregate,
] as const;

type Aggregate = (typeof aggregates)[number];
export type Category = Aggregate['category'];

/** The events in the streams of a category. */
export type EventIn<Of extends Category> = Parameters<Extract<Aggregate, { category: Of }>['evolve']>[1];

/** All events of all aggregates. */
export type DomainEvent = EventIn<Category>;

/** The identity of the event store is an event too, but of no aggregate. */
const stored = [{ category: 'record', events: recordEventTypes, upcasters: {} }, ...aggregates] as const;
type Stored = (typeof stored)[number];

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** All event types, by the category of their streams. */
export const eventTypesByCategory = Object.fromEntries(stored.map(({ category, events }) => [category, events])) as {
  readonly [Of in Stored as Of['category']]: Of['events'];
};

/** The event type of this name. */
export type EventOf<Type extends DomainEvent['type']> = Extract<DomainEvent, { type: Type }>;

/** The categories of the streams that store these event types. */
export const categoriesOf = (types: readonly string[]): readonly string[] =>
  Object.entries(eventTypesByCategory)
    .filter(([, held]) => types.some((type) => Object.hasOwn(held, type)))
    .map(([category]) => category);

export const eventTypes = Object.assign({}, ...stored.map(({ events }) => events)) as Intersection<Stored['events']>;

/** Upcasts stored events of older versions. */
export const upcasters: Upcasters = Object.assign({}, ...stored.map((of) => of.upcasters));

type SubjectField<Type> = Type extends { readonly sealed: Readonly<Record<string, infer Field>> }
  ? Extract<Field, string>
  : never;

/**
 * The category of the stream that holds the first sealed event of a subject, by the field that names the subject. No
 * key is created for a subject with sealed events. An address has no such stream: a text from a phone may be a STOP,
 * and is accepted even when the key of its number is lost.
 */
export const subjectHomes = {
  contactId: 'contact',
  referredId: 'contact',
  referrerId: 'contact',
  conversationId: 'conversation',
  programId: 'program',
  memberId: 'member',
  subjectId: null,
} as const satisfies Record<
  SubjectField<(typeof eventTypes)[keyof typeof eventTypes]>,
  keyof typeof eventTypesByCategory | null
>;
