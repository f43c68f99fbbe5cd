export * from './inbound.decider.js';
export * from './inbound.events.js';
