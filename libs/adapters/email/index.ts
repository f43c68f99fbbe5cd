export * from './mail-folder.gateway.js';
export * from './mail-folder.js';
export * from './smtp.gateway.js';
