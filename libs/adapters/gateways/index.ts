import { EmailGateway, SmsGateway } from '@app/eventing';
import { Configuration } from '@app/platform';
import { mailFolder, MailFolderGateway, SmtpGateway } from '../email/index.js';
import { TwilioSmsGateway } from '../twilio/index.js';

/** The providers of texts and email. Only the notifier may import this, so that a replay or rebuild cannot reach one. */
export const gatewayProviders = [
  {
    provide: SmsGateway,
    useFactory: ({ TWILIO_API_URL, TWILIO_TIMEOUT_MS }: Configuration) => new TwilioSmsGateway(TWILIO_API_URL ?? 'https://api.twilio.com', TWILIO_TIMEOUT_MS),
    inject: [Configuration],
  },
  { provide: EmailGateway, useFactory: emailGateway, inject: [Configuration] },
];

/** An attempt by SMTP ends before its claim counts as abandoned. */
function emailGateway({ EMAIL, SMTP_URL = '', SMTP_FROM = '', CLAIM_TIMEOUT_MS, DATA_DIR }: Configuration): EmailGateway {
  return EMAIL === 'smtp' ? new SmtpGateway({ url: SMTP_URL, from: SMTP_FROM, timeoutMs: (CLAIM_TIMEOUT_MS * 2) / 3 }) : new MailFolderGateway(mailFolder(DATA_DIR));
}
