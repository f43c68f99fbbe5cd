import twilio from 'twilio';
import { WebhookSignatures } from '@app/gateways';

export class TwilioWebhookSignatures extends WebhookSignatures {
  isGenuine(authToken: string, signature: string, url: string, form: Readonly<Record<string, string>>): boolean {
    // The SDK takes a signature made with an empty token for a genuine one.
    return authToken !== '' && twilio.validateRequest(authToken, signature, url, form);
  }
}
