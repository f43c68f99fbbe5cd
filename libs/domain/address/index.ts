export * from './address.decider.js';
export * from './address.events.js';
