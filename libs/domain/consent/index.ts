export * from './consent.decider.js';
export * from './consent.events.js';
export * from './keywords.js';
