import { defineAggregate } from '@app/kernel';
import { ownersDecider } from './owners.decider.js';
import { ownersEventTypes } from './owners.events.js';

export * from './owners.decider.js';
export * from './owners.events.js';

export const ownersAggregate = defineAggregate({
  category: 'owners',
  decider: ownersDecider,
  events: ownersEventTypes,
});
