import { defineAggregate } from '@app/kernel';
import { addressDecider } from './address.decider.js';
import { addressEventTypes } from './address.events.js';

export * from './address.decider.js';
export * from './address.events.js';

export const addressAggregate = defineAggregate({
  category: 'address',
  decider: addressDecider,
  events: addressEventTypes,
  snapshotVersion: 1,
});
