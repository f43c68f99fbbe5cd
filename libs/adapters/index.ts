export * from './engines.module.js';
export { FolderLocked, openEmbedded, type Embedded } from './embedded/index.js';
export { openEventStoreDb, type EventStoreDb } from './eventstoredb/index.js';
export { listMail, mailFolder } from './mail-folder/index.js';
export { TwilioWebhookSignatures } from './twilio/index.js';
