export * from './twilio-sms.gateway.js';
