export * from './request.decider.js';
export * from './request.events.js';
