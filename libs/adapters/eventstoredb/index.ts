export { openEventStoreDb, type EventStoreDb } from './open-eventstoredb.js';
