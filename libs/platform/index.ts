export * from './auth/access-tokens.js';
export * from './auth/authentication.js';
export {
  actorOf,
  callerKey,
  roles,
  type Caller as CallerIdentity,
  type CallerRole,
  type Permission,
} from './auth/caller.js';
export * from './http/client-address.js';
export * from './config/configuration.js';
export * from './config/load-configuration.js';
export * from './http/connection-limits.js';
export * from './http/rate-limit.js';
export * from './http/problem.js';
export * from './http/problem.filter.js';
export * from './process/background.js';
export * from './platform.module.js';
export * from './config/public-address.js';
export * from './process/readiness.js';
export * from './process/ready-line.js';
export * from './process/run-process.js';
export * from './http/health.controller.js';
