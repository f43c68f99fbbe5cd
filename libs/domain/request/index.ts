import { defineAggregate } from '@app/kernel';
import { requestDecider } from './request.decider.js';
import { requestEventTypes } from './request.events.js';

export * from './request.decider.js';
export * from './request.events.js';

export const requestAggregate = defineAggregate({
  category: 'request',
  decider: requestDecider,
  events: requestEventTypes,
});
