export * from './referral.decider.js';
export * from './referral.events.js';
