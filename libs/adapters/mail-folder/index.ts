export * from './mail-folder.gateway.js';
