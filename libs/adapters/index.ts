export * from './engines.module.js';
export { masterKeysOf, openEngines } from './engines.js';
export { FolderLocked, openEmbedded, rotateFolderMasterKey } from './embedded/index.js';
export { openEventStoreDb, type EventStoreDb } from './eventstoredb/index.js';
export { openMongo } from './mongo/index.js';
export { listMail, mailFolder } from './email/index.js';
export { TwilioWebhookSignatures } from './twilio/index.js';
