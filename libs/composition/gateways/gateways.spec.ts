import { EmailGateway } from '@app/gateways';
import { loadConfiguration } from '@app/platform';
import { MailFolderGateway, SmtpGateway } from '../../adapters/email/index.js';
import { gatewayProviders } from './index.js';

const emailBy = (environment: Record<string, string>): unknown =>
  gatewayProviders.find(({ provide }) => provide === EmailGateway)?.useFactory(loadConfiguration(environment));

it('N1: EMAIL chooses how emails are sent', () => {
  expect(emailBy({})).toBeInstanceOf(MailFolderGateway);
  expect(
    emailBy({ EMAIL: 'smtp', SMTP_URL: 'smtp://127.0.0.1:1', SMTP_FROM: 'messages@sunrise.example' }),
  ).toBeInstanceOf(SmtpGateway);
});
