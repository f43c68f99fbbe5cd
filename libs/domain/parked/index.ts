export * from './parked.decider.js';
export * from './parked.events.js';
