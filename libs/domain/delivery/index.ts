import { defineAggregate } from '@app/kernel';
import { deliveryDecider } from './delivery.decider.js';
import { deliveryEventTypes } from './delivery.events.js';

export * from './attempts.js';
export * from './delivery.decider.js';
export * from './delivery.events.js';
export * from './provider-errors.js';
export * from './provider-status.js';

export const deliveryAggregate = defineAggregate({
  category: 'delivery',
  decider: deliveryDecider,
  events: deliveryEventTypes,
});
