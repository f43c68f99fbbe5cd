import { defineAggregate } from '@app/kernel';
import { exportDecider } from './export.decider.js';
import { exportEventTypes } from './export.events.js';

export * from './export.decider.js';
export * from './export.events.js';

/** One export of messages to a file. */
export const exportAggregate = defineAggregate({
  category: 'export',
  decider: exportDecider,
  events: exportEventTypes,
});
