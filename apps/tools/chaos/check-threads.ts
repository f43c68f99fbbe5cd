import { sampleMail } from './cast.js';
import type { Entry, Evidence, Thread } from './evidence.js';
import { grouped, type Findings } from './findings.js';
import { meaningOf } from './keyword-texts.js';
import type { Witness } from './witness.js';

/** Each acknowledged message is in its thread once, in a valid order, and nothing else is there. */
export function checkThreads({ threads }: Evidence, witness: Witness, findings: Findings): void {
  const messages = grouped(
    threads.flatMap(({ entries }) => entries).filter(({ kind }) => kind === 'message'),
    ({ text }) => text,
  );
  checkSent(messages, witness, findings);
  checkInbound(messages, threads, witness, findings);
  checkForeign(messages, witness, findings);
  checkKeywords(threads, witness, findings);
  checkRefusals(threads, witness, findings);
  for (const thread of threads) checkOrder(thread, witness, findings);
}

/** By their text, which is unique. */
type Messages = ReadonlyMap<string, readonly Entry[]>;

const inboundMessages = (witness: Witness) => witness.all('inbound').filter(({ meaning }) => meaning === null);

function checkSent(messages: Messages, witness: Witness, findings: Findings): void {
  for (const { text, conversationId, messageId } of witness.all('sent')) {
    const entries = messages.get(text) ?? [];
    findings.exactlyOne(entries.length, `message ${text}`);
    for (const entry of entries)
      if (entry.id !== messageId || entry.conversationId !== conversationId)
        findings.add(
          'wrong',
          `${text} is ${entry.id} in ${entry.conversationId}, not ${messageId} in ${conversationId}`,
        );
  }
}

function checkInbound(messages: Messages, threads: readonly Thread[], witness: Witness, findings: Findings): void {
  const phoneOf = new Map(threads.map(({ conversationId, phone }) => [conversationId, phone]));
  for (const { text, from } of inboundMessages(witness)) {
    const entries = messages.get(text) ?? [];
    findings.exactlyOne(entries.length, `inbound text ${text}`);
    for (const { conversationId } of entries)
      if (phoneOf.get(conversationId) !== from)
        findings.add('wrong', `${text} came from ${from} and is in the thread of ${phoneOf.get(conversationId)}`);
  }
}

function checkForeign(messages: Messages, witness: Witness, findings: Findings): void {
  const acknowledged = [...witness.all('sent'), ...inboundMessages(witness)];
  const known = new Set([...acknowledged.map(({ text }) => text), sampleMail.text]);
  for (const text of messages.keys())
    if (!known.has(text) && meaningOf(text) !== 'confirm')
      findings.add('foreign', `${text} is in a thread and was never acknowledged`);
}

/** Keywords have no unique mark, so they are counted: by number and word. A YES that answers nothing is a message. */
function checkKeywords(threads: readonly Thread[], witness: Witness, findings: Findings): void {
  const shown = grouped(
    threads.flatMap(({ phone, entries }) =>
      entries
        .filter(({ kind, text }) => kind === 'keyword' || (kind === 'message' && meaningOf(text) === 'confirm'))
        .map(({ text }) => `${text} from ${phone}`),
    ),
    (word) => word,
  );
  const said = grouped(
    witness.all('inbound').filter(({ meaning }) => meaning !== null),
    ({ text, from }) => `${text} from ${from}`,
  );
  for (const word of new Set([...shown.keys(), ...said.keys()]))
    compareCounts(shown.get(word)?.length ?? 0, said.get(word)?.length ?? 0, word, findings);
}

function checkRefusals(threads: readonly Thread[], witness: Witness, findings: Findings): void {
  const key = ({ rule, conversationId }: { rule: string | null; conversationId: string }): string =>
    `refusal ${rule} in ${conversationId}`;
  const shown = grouped(
    threads.flatMap(({ entries }) => entries).filter(({ kind }) => kind === 'refusal'),
    key,
  );
  const told = grouped(witness.all('refused'), key);
  for (const refusal of new Set([...shown.keys(), ...told.keys()]))
    compareCounts(shown.get(refusal)?.length ?? 0, told.get(refusal)?.length ?? 0, refusal, findings);
}

function compareCounts(shown: number, said: number, what: string, findings: Findings): void {
  if (shown < said) findings.add('lost', `${what}: ${shown} of ${said}`);
  if (shown > said) findings.add('doubled', `${what}: ${shown} of ${said}`);
}

/** A message that was acknowledged before another was started comes before it. */
function checkOrder({ entries }: Thread, witness: Witness, findings: Findings): void {
  const times = new Map(
    [...witness.all('sent'), ...inboundMessages(witness)].map((message) => [message.text, message]),
  );
  let latest: { text: string; startedAt: number } = { text: '', startedAt: 0 };
  for (const { text } of entries.filter(({ kind }: Entry) => kind === 'message')) {
    const time = times.get(text);
    if (!time) continue;
    if (time.ackedAt < latest.startedAt)
      findings.add('wrong', `${text} was acknowledged before ${latest.text} was started, and comes after it`);
    if (time.startedAt > latest.startedAt) latest = time;
  }
}
