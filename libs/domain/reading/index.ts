import { defineAggregate } from '@app/kernel';
import { readingDecider } from './reading.decider.js';
import { readingEventTypes } from './reading.events.js';

export * from './reading.decider.js';
export * from './reading.events.js';

/** How far one person has read one conversation. */
export const readingAggregate = defineAggregate({
  category: 'reading',
  decider: readingDecider,
  events: readingEventTypes,
  snapshotVersion: 1,
});
