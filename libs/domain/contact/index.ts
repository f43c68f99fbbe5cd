import { defineAggregate } from '@app/kernel';
import { contactDecider } from './contact.decider.js';
import { contactEventTypes, contactUpcasters } from './contact.events.js';

export * from './contact.decider.js';
export * from './contact.events.js';
export * from './lead.js';

export const contactAggregate = defineAggregate({
  category: 'contact',
  decider: contactDecider,
  events: contactEventTypes,
  upcasters: contactUpcasters,
});
