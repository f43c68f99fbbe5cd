export * from './attempts.js';
export * from './delivery.decider.js';
export * from './delivery.events.js';
export * from './provider-errors.js';
export * from './provider-status.js';
