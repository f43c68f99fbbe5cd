import { defineAggregate } from '@app/kernel';
import { consentDecider } from './consent.decider.js';
import { consentEventTypes } from './consent.events.js';

export * from './consent.decider.js';
export * from './consent.events.js';
export type { KeywordState } from './keyword-order.js';
export * from './keywords.js';

export const consentAggregate = defineAggregate({
  category: 'consent',
  decider: consentDecider,
  events: consentEventTypes,
});
