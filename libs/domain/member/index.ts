import { defineAggregate } from '@app/kernel';
import { memberDecider } from './member.decider.js';
import { memberEventTypes, memberUpcasters } from './member.events.js';

export * from './member.decider.js';
export * from './member.events.js';

export const memberAggregate = defineAggregate({
  category: 'member',
  decider: memberDecider,
  events: memberEventTypes,
  upcasters: memberUpcasters,
});
