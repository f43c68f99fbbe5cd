import { defineAggregate } from '@app/kernel';
import { blockDecider } from './block.decider.js';
import { blockEventTypes } from './block.events.js';

export * from './block.decider.js';
export * from './block.events.js';

/** A blocked contact or phone number; the id is the contact's or the number's. */
export const blockAggregate = defineAggregate({
  category: 'block',
  decider: blockDecider,
  events: blockEventTypes,
});
