export * from './access-tokens.js';
export * from './authentication.js';
export { actorOf, type Caller as CallerIdentity, type CallerRole, type Permission } from './caller.js';
export * from './configuration.js';
export * from './problem.js';
export * from './problem.filter.js';
export * from './background.js';
export * from './platform.module.js';
export * from './public-address.js';
