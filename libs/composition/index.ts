export * from './engines.module.js';
export { ENGINES_OPENED, masterKeysOf, openEngines } from './engines.js';
export { FolderLocked, openEmbedded, rotateFolderMasterKey } from '@app/adapters/embedded';
export { openEventStoreDb, type EventStoreDb } from '@app/adapters/eventstoredb';
export { openMongo } from '@app/adapters/mongo';
export { listMail, mailFolder } from '@app/adapters/email';
export { TwilioWebhookSignatures } from '@app/adapters/twilio';
