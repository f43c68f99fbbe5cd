import twilio from 'twilio';
import { WebhookSignatures } from '@app/gateways';

export class TwilioWebhookSignatures extends WebhookSignatures {
  isGenuine(authToken: string, signature: string, url: string, form: Readonly<Record<string, string>>): boolean {
    // The SDK accepts a signature made with an empty token as genuine.
    return authToken !== '' && twilio.validateRequest(authToken, signature, url, form);
  }
}
