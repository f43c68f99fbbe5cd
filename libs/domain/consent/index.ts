export * from './consent.decider.js';
export * from './consent.events.js';
export type { KeywordState } from './keyword-order.js';
export * from './keywords.js';
