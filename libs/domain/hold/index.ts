export * from './hold.decider.js';
export * from './hold.events.js';
