import { defineAggregate } from '@app/kernel';
import { inboundDecider } from './inbound.decider.js';
import { inboundEventTypes } from './inbound.events.js';

export * from './inbound.decider.js';
export * from './inbound.events.js';

export const inboundAggregate = defineAggregate({
  category: 'inbound',
  decider: inboundDecider,
  events: inboundEventTypes,
});
