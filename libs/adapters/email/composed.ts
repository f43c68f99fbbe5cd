import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type { Email } from '@app/gateways';
import { PROGRAM_HEADER } from './mail-folder.js';

/**
 * The email as it is sent. The Message-ID consists of the notification's id and the sender's domain: the same at every
 * attempt.
 */
export function composed(
  { messageId, programId, to, fromName, subject, text, html }: Email,
  fromAddress: string,
): ReturnType<MailComposer['compile']> {
  const domain = fromAddress.slice(fromAddress.lastIndexOf('@') + 1);
  // Names and addresses as objects, never as joined strings: the composer removes line breaks from them.
  const from = { name: fromName, address: fromAddress };
  return new MailComposer({
    messageId: `<${messageId}@${domain}>`,
    to,
    from,
    subject,
    text,
    html,
    headers: { [PROGRAM_HEADER]: programId },
  }).compile();
}
