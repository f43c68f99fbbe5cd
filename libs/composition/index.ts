export * from './engines.module.js';
export { masterKeysOf, openEngines } from './engines.js';
export { FolderLocked, openEmbedded, rotateFolderMasterKey } from '../adapters/embedded/index.js';
export { openEventStoreDb, type EventStoreDb } from '../adapters/eventstoredb/index.js';
export { openMongo } from '../adapters/mongo/index.js';
export { listMail, mailFolder } from '../adapters/email/index.js';
export { TwilioWebhookSignatures } from '../adapters/twilio/index.js';
