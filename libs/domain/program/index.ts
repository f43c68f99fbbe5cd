export * from './program.decider.js';
export * from './program.events.js';
