export * from './engines.module.js';
export { ENGINES_OPENED, masterKeysOf, openEngines, openEnginesBeside } from './engines.js';
export { FolderLocked, openEmbedded, rotateFolderMasterKey } from '@app/adapters/embedded';
export { openEventStoreDb, openMongo } from './servers.js';
export type { EventStoreDb } from '@app/adapters/eventstoredb';
export { listMail, mailFolder } from '@app/adapters/email';
export { TwilioWebhookSignatures } from '@app/adapters/twilio';
