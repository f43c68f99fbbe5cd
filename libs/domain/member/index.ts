export * from './member.decider.js';
export * from './member.events.js';
