import { sampleMail } from './cast.js';
import type { DeliveryRow, Evidence } from './evidence.js';
import { grouped, type Findings } from './findings.js';
import type { SentMessage, Witness } from './witness.js';

/**
 * One email for each in-app message and each person notified, and no other; none to staff who dealt with the message
 * before the email was due. @returns how many there are
 */
export function checkMails({ mails, deliveries }: Evidence, witness: Witness, findings: Findings): number {
  const sentMails = grouped(mails, ({ to, content }) => `${markIn(content)} to ${to}`);
  const count = new Map([...sentMails].map(([key, those]) => [key, those.length]));
  const emails = deliveries.filter(({ channel }) => channel === 'email');
  const alreadyRead = new Set(emails.filter(isAlreadyRead).map(({ messageId }) => messageId));
  const sent = witness.all('sent');
  const expected = [
    ...sent
      .filter(({ messageId }) => !alreadyRead.has(messageId))
      .flatMap(({ text, mailTo }) => mailTo.map((to) => ({ text, to }))),
    ...sampleMail.to.map((to) => ({ text: sampleMail.text, to })),
  ];
  for (const { text, to } of expected) {
    const key = `${markIn(text)} to ${to}`;
    findings.exactlyOne(count.get(key) ?? 0, `mail ${key}`);
    count.delete(key);
  }
  for (const key of count.keys()) findings.add('foreign', `mail ${key}`);
  for (const message of sent.filter(({ messageId }) => alreadyRead.has(messageId)))
    if (!wasDealtWith(message, witness)) findings.add('lost', `mail about ${message.text}, which nobody read`);
  for (const email of emails)
    if (email.status !== 'accepted' && !isAlreadyRead(email))
      findings.add('lost', `mail ${email.id} ends as ${email.status}`);
  return mails.length;
}

const isAlreadyRead = ({ status, reason }: DeliveryRow): boolean => status === 'withheld' && reason === 'AlreadyRead';

/** A contact's message whose conversation staff answered or filed after it. */
const wasDealtWith = ({ by, conversationId, startedAt }: SentMessage, witness: Witness): boolean =>
  by === 'contact' &&
  [...witness.all('filed'), ...witness.all('sent').filter((sent) => sent.by === 'staff')].some(
    (later) => later.conversationId === conversationId && later.ackedAt >= startedAt,
  );

/** The mark that makes a text unique; the sample's message has none. */
const markIn = (text: string): string => /\[[\w-]+\]/.exec(text)?.[0] ?? 'sample';
