import { EmailGateway, InboundMessages, SmsGateway } from '@app/gateways';
import { Configuration, InvalidConfiguration } from '@app/platform';
import { mailFolder, MailFolderGateway, SmtpGateway } from '../../adapters/email/index.js';
import { TwilioInboundMessages, TwilioSmsGateway } from '../../adapters/twilio/index.js';

/**
 * The providers of texts and email. Only the notifier may import this, so that a replay or rebuild cannot reach one.
 */
export const gatewayProviders = [
  {
    provide: SmsGateway,
    useFactory: (configuration: Configuration): SmsGateway =>
      new TwilioSmsGateway(providerUrl(configuration), configuration.TWILIO_TIMEOUT_MS),
    inject: [Configuration],
  },
  {
    provide: InboundMessages,
    useFactory: (configuration: Configuration): InboundMessages =>
      new TwilioInboundMessages(providerUrl(configuration), configuration.TWILIO_TIMEOUT_MS),
    inject: [Configuration],
  },
  { provide: EmailGateway, useFactory: emailGateway, inject: [Configuration] },
];

/** A forgotten setting must never lead to the real provider. */
function providerUrl({ SMS, TWILIO_API_URL }: Configuration): string {
  if (SMS === 'emulator' && TWILIO_API_URL === undefined)
    throw new InvalidConfiguration(['TWILIO_API_URL must say where the emulator is, with SMS=emulator']);
  return TWILIO_API_URL ?? 'https://api.twilio.com';
}

/** An attempt by SMTP ends before its claim counts as abandoned. */
function emailGateway({
  EMAIL,
  SMTP_URL = '',
  SMTP_FROM = '',
  CLAIM_TIMEOUT_MS,
  DATA_DIR,
}: Configuration): EmailGateway {
  return EMAIL === 'smtp'
    ? new SmtpGateway({ url: SMTP_URL, from: SMTP_FROM, timeoutMs: (CLAIM_TIMEOUT_MS * 2) / 3 })
    : new MailFolderGateway(mailFolder(DATA_DIR));
}
