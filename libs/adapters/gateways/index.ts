import { EmailGateway, SmsGateway } from '@app/eventing';
import { Configuration } from '@app/platform';
import { mailFolder, MailFolderGateway } from '../mail-folder/index.js';
import { TwilioSmsGateway } from '../twilio/index.js';

/** The providers of texts and email. Only the notifier may import this, so that a replay or rebuild cannot reach one. */
export const gatewayProviders = [
  {
    provide: SmsGateway,
    useFactory: ({ TWILIO_API_URL, TWILIO_TIMEOUT_MS }: Configuration) => new TwilioSmsGateway(TWILIO_API_URL ?? 'https://api.twilio.com', TWILIO_TIMEOUT_MS),
    inject: [Configuration],
  },
  { provide: EmailGateway, useFactory: ({ DATA_DIR }: Configuration) => new MailFolderGateway(mailFolder(DATA_DIR)), inject: [Configuration] },
];
