import type { Entry, Evidence } from './evidence.js';
import { grouped, type Findings } from './findings.js';
import type { Create } from './provider.js';
import type { Witness } from './witness.js';

/** States in which the provider has the text, and states that show staff that it was not sent, or may not have been. */
const withProvider = new Set(['accepted', 'sent', 'delivered', 'undelivered']);
const visiblyNot = new Set(['uncertain', 'withheld', 'failed', 'expired']);

export type TextCounts = { delivered: number; uncertain: number; uncertainButSent: number; notSent: number };

/** Each text reached the provider at most once, and one that did not is not lost silently. */
export function checkTexts(evidence: Evidence, witness: Witness, findings: Findings): TextCounts {
  const accepted = evidence.creates.filter(({ kind }) => kind === 'accepted');
  const byText = grouped(accepted, ({ body }) => body);
  const entries = evidence.threads.flatMap((thread) =>
    thread.entries.map((entry) => ({ ...entry, phone: thread.phone })),
  );
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const counts: TextCounts = { delivered: 0, uncertain: 0, uncertainButSent: 0, notSent: 0 };

  const texts = witness.all('sent').filter(({ channel }) => channel === 'sms');
  for (const { text, messageId, phone } of texts) {
    const creates = byText.get(text) ?? [];
    for (const { to } of creates) if (to !== phone) findings.add('wrong', `${text} was sent to ${to}, not to ${phone}`);
    judge(byId.get(messageId), creates, text, { counts, findings });
  }
  checkAutomated(
    entries.filter(({ kind }) => kind === 'automated'),
    accepted,
    new Set(texts.map(({ text }) => text)),
    { witness, counts, findings },
  );
  const refused = new Set(witness.all('refused').map(({ text }) => text));
  for (const { body } of evidence.creates)
    if (refused.has(body)) findings.add('wrong', `${body} was refused and sent to the provider`);
  return counts;
}

type Judging = { readonly witness: Witness; readonly counts: TextCounts; readonly findings: Findings };

function judge(
  entry: Entry | undefined,
  creates: readonly Create[],
  what: string,
  { counts, findings }: Omit<Judging, 'witness'>,
): void {
  findings.atMostOne(creates.length, `text ${what}`);
  if (!entry) return; // its thread lacks it, and that was reported
  const { state } = entry;
  const isSent = creates.length > 0;
  if (!withProvider.has(state) && !visiblyNot.has(state)) findings.add('lost', `text ${what} ends as ${state}`);
  if (withProvider.has(state) && !isSent)
    findings.add('lost', `text ${what} is shown as ${state}, and the provider never received it`);
  if (withProvider.has(state)) counts.delivered += 1;
  else if (state !== 'uncertain') counts.notSent += 1;
  else if (isSent) counts.uncertainButSent += 1;
  else counts.uncertain += 1;
}

/** One opt-in request for each form, at most one if keywords came with it, and none without a form. */
function checkAutomated(
  entries: readonly (Entry & { phone: string | null })[],
  accepted: readonly Create[],
  known: ReadonlySet<string>,
  { witness, counts, findings }: Judging,
): void {
  const questions = new Set(entries.map(({ text }) => text));
  const byPhone = grouped(
    accepted.filter(({ body }) => questions.has(body)),
    ({ to }) => to,
  );
  const asked = new Map(witness.all('asked').map((form) => [form.phone, form]));
  for (const { phone, conversationId, isContested } of asked.values()) {
    const shown = entries.filter((entry) => entry.conversationId === conversationId);
    if (isContested) findings.atMostOne(shown.length, `opt-in request to ${phone}`);
    else findings.exactlyOne(shown.length, `opt-in request to ${phone}`);
    if (shown.length > 0 || !isContested)
      judge(shown[0], byPhone.get(phone) ?? [], `opt-in request to ${phone}`, { counts, findings });
  }
  for (const { body, to } of accepted)
    if (!known.has(body) && !(questions.has(body) && asked.has(to)))
      findings.add('foreign', `${body} was sent to ${to}, without an opt-in form`);
}
