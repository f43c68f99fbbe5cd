import { defineAggregate } from '@app/kernel';
import { holdDecider } from './hold.decider.js';
import { holdEventTypes } from './hold.events.js';

export * from './hold.decider.js';
export * from './hold.events.js';

export const holdAggregate = defineAggregate({
  category: 'hold',
  decider: holdDecider,
  events: holdEventTypes,
});
