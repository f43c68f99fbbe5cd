export * from './engines.module.js';
export { FolderLocked, openEmbedded, type Embedded } from './embedded/index.js';
export { listMail, mailFolder } from './email/index.js';
export { TwilioWebhookSignatures } from './twilio/index.js';
