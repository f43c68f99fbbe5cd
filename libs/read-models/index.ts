export * from './consents/consent.queries.js';
export * from './contacts/contact.queries.js';
export {
  deliveriesProjection,
  queueNamed,
  type DeliveryRow,
  type QueueName,
} from './deliveries/deliveries.projection.js';
export * from './deliveries/delivery.queries.js';
export * from './freshness.js';
export { inboxProjection } from './inbox/inbox.projection.js';
export * from './inbox/inbox.queries.js';
export * from './members/member.queries.js';
export { membersProjection } from './members/members.projection.js';
export { parkedProjection, type ParkedRow } from './parked/parked.projection.js';
export * from './parked/parked.queries.js';
export * from './programs/program.queries.js';
export { readModels } from './read-models.js';
export * from './queries.module.js';
export { ReadModelReader } from './read-model-reader.js';
export * from './referrals/referral.queries.js';
export * from './thread/thread.queries.js';
export * from './usage/usage.queries.js';
