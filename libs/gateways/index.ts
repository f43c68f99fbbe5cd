export * from './gateways.js';
