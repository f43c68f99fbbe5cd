import { sampleMail } from './cast.js';
import type { Evidence } from './evidence.js';
import type { Findings } from './findings.js';
import type { Witness } from './witness.js';

/** One email for each in-app message and each person notified, and no other. @returns how many there are */
export function checkMails({ mails, deliveries }: Evidence, witness: Witness, findings: Findings): number {
  const expected = [
    ...witness.all('sent').flatMap(({ text, mailTo }) => mailTo.map((to) => ({ text, to }))),
    ...sampleMail.to.map((to) => ({ text: sampleMail.text, to })),
  ];
  const count = new Map<string, number>();
  for (const { to, content } of mails) {
    const key = `${markIn(content)} to ${to}`;
    count.set(key, (count.get(key) ?? 0) + 1);
  }
  for (const { text, to } of expected) {
    const key = `${markIn(text)} to ${to}`;
    findings.exactlyOne(count.get(key) ?? 0, `mail ${key}`);
    count.delete(key);
  }
  for (const key of count.keys()) findings.add('foreign', `mail ${key}`);
  for (const { id, channel, status } of deliveries)
    if (channel === 'email' && status !== 'accepted') findings.add('lost', `mail ${id} ends as ${status}`);
  return mails.length;
}

/** The mark that makes a text unique; the sample's message has none. */
const markIn = (text: string): string => /\[[\w-]+\]/.exec(text)?.[0] ?? 'sample';
