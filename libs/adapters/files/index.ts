export * from './local-files.js';
