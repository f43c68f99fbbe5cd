export * from './aggregate.js';
export * from './decider.js';
export * from './domain-error.js';
export * from './erased.js';
export * from './event-types.js';
export * from './message.js';
export * from './recorded.js';
export * from './roles.js';
