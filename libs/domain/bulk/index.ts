import { defineAggregate } from '@app/kernel';
import { bulkDecider } from './bulk.decider.js';
import { bulkEventTypes } from './bulk.events.js';

export * from './bulk.decider.js';
export * from './bulk.events.js';

export const bulkAggregate = defineAggregate({
  category: 'bulk',
  decider: bulkDecider,
  events: bulkEventTypes,
});
