import { defineAggregate } from '@app/kernel';
import { preferenceDecider } from './preference.decider.js';
import { preferenceEventTypes } from './preference.events.js';

export * from './preference.decider.js';
export * from './preference.events.js';

/** How one person wants to be notified. */
export const preferenceAggregate = defineAggregate({
  category: 'preference',
  decider: preferenceDecider,
  events: preferenceEventTypes,
});
