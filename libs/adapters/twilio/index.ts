export * from './twilio-inbound-messages.gateway.js';
export * from './twilio-sms.gateway.js';
export * from './twilio-webhook-signatures.js';
