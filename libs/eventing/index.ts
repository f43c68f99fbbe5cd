export * from './event-store.js';
export * from './keyring.js';
export * from './read-model-store.js';
export * from './topic-log.js';
