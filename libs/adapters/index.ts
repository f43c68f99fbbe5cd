export * from './engines.module.js';
export { FolderLocked, openEmbedded, type Embedded } from './embedded/index.js';
export { MailFolderGateway } from './mail-folder/index.js';
export { TwilioSmsGateway, TwilioWebhookSignatures } from './twilio/index.js';
