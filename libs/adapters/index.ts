export * from './engines.module.js';
export { openEngines } from './engines.js';
export { FolderLocked, openEmbedded } from './embedded/index.js';
export { listMail, mailFolder } from './email/index.js';
export { TwilioWebhookSignatures } from './twilio/index.js';
