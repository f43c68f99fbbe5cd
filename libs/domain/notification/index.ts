export * from './notification.decider.js';
export * from './notification.events.js';
