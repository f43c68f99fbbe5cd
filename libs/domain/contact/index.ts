export * from './contact.decider.js';
export * from './contact.events.js';
