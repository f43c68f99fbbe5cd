import { defineAggregate } from '@app/kernel';
import { referralDecider } from './referral.decider.js';
import { referralEventTypes } from './referral.events.js';

export * from './referral.decider.js';
export * from './referral.events.js';

export const referralAggregate = defineAggregate({
  category: 'referral',
  decider: referralDecider,
  events: referralEventTypes,
});
