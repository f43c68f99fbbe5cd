export * from './conversation.decider.js';
export * from './conversation.events.js';
