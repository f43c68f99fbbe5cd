import { defineAggregate } from '@app/kernel';
import { parkedDecider } from './parked.decider.js';
import { parkedEventTypes } from './parked.events.js';

export * from './parked.decider.js';
export * from './parked.events.js';

export const parkedAggregate = defineAggregate({
  category: 'parked',
  decider: parkedDecider,
  events: parkedEventTypes,
});
