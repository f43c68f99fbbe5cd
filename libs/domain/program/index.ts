import { defineAggregate } from '@app/kernel';
import { programDecider } from './program.decider.js';
import { programEventTypes } from './program.events.js';

export * from './policies.js';
export * from './program.decider.js';
export * from './program.events.js';

export const programAggregate = defineAggregate({
  category: 'program',
  decider: programDecider,
  events: programEventTypes,
});
