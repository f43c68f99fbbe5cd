import { grouped, type Findings } from './findings.js';
import type { Confirmation, Create } from './provider.js';
import type { Claim, ConsentFact, RecordHistory } from './record-history.js';
import type { InboundText } from './witness.js';

export type Seen = {
  readonly creates: readonly Pick<Create, 'kind' | 'to' | 'body' | 'statusCallback'>[];
  readonly confirmations: readonly Confirmation[];
  readonly record: RecordHistory;
};

type Call = Seen['creates'][number];

export type OptOutCounts = {
  readonly optOuts: number;
  readonly optIns: number;
  /** Calls to numbers that have sent an opt-out at any time. */
  readonly calls: number;
  /** Of these, calls whose claim was made after an opt-out was stored and before it was acknowledged. */
  readonly overtaken: number;
  readonly confirmations: number;
  /** Deliveries that were withheld because of an opt-out, and claims that were released because consent had changed. */
  readonly withheld: number;
  readonly released: number;
};

/** A keyword that counts: the position at which it was accepted, and the event that it caused in its consent. */
type Keyword = Pick<InboundText, 'text' | 'from' | 'to' | 'sid' | 'ackedAt'> & {
  readonly isOptOut: boolean;
  readonly position: string;
  readonly fact: ConsentFact | undefined;
};

/**
 * No call to the provider while the last accepted keyword of an address, to any sender of the program, is an opt-out.
 * Calls are judged by their claims: a text claimed before an opt-out was accepted may reach the provider after it. The
 * provider's own confirmation is the only text that follows an opt-out.
 */
export function checkOptOuts(
  { creates, confirmations, record }: Seen,
  inbound: readonly InboundText[],
  findings: Findings,
): OptOutCounts {
  const keywords = inOrder(inbound, record, findings);
  const byPhone = grouped(keywords, ({ from }) => from);
  for (const keyword of keywords) if (keyword.isOptOut) checkHolds(keyword, findings);

  const calls = creates.filter(({ kind }) => kind === 'received');
  let overtaken = 0;
  for (const call of calls) if (checkCall(call, byPhone.get(call.to) ?? [], record, findings)) overtaken += 1;
  checkConfirmations(confirmations, inbound, findings);
  const optOuts = keywords.filter(({ isOptOut }) => isOptOut);
  const refusing = new Set(optOuts.map(({ from }) => from));
  return {
    optOuts: optOuts.length,
    optIns: keywords.length - optOuts.length,
    calls: calls.filter(({ to }) => refusing.has(to)).length,
    overtaken,
    confirmations: confirmations.length,
    withheld: record.withheld.filter((rule) => rule === 'RecipientOptedOut').length,
    released: record.released.filter((cause) => cause === 'consent changed').length,
  };
}

/** Opt-outs and opt-ins in the order of acceptance. A YES is neither: it answers a request, and undoes no opt-out. */
function inOrder(
  inbound: readonly InboundText[],
  { accepted, consents }: RecordHistory,
  findings: Findings,
): readonly Keyword[] {
  const facts = new Map(
    consents
      .filter(({ type }) => type === 'OptedOut' || type === 'OptedIn')
      .map((fact) => [fact.providerMessageId, fact]),
  );
  const keywords = inbound.flatMap(({ meaning, ...text }): Keyword[] => {
    if (meaning !== 'opt-out' && meaning !== 'opt-in') return [];
    const position = accepted.get(text.sid);
    if (position === undefined) findings.add('lost', `${say(text)} was acknowledged and is not in the event store`);
    return position === undefined
      ? []
      : [{ ...text, isOptOut: meaning === 'opt-out', position, fact: facts.get(text.sid) }];
  });
  return keywords.toSorted((a, b) => (a.position < b.position ? -1 : 1));
}

/** An opt-out is in effect when it is acknowledged. */
function checkHolds(optOut: Keyword, findings: Findings): void {
  const { fact, ackedAt } = optOut;
  if (fact?.type !== 'OptedOut')
    findings.add('lost', `${say(optOut)} was acknowledged and is not an opt-out in the event store`);
  else if (fact.recordedAt > ackedAt)
    findings.add('wrong', `${say(optOut)} was acknowledged ${fact.recordedAt - ackedAt} ms before it was noted`);
}

/** @returns whether the claim was made while an opt-out was stored, but neither noted nor acknowledged */
function checkCall(
  { to, body, statusCallback }: Call,
  keywords: readonly Keyword[],
  { claims, consents }: RecordHistory,
  findings: Findings,
): boolean {
  const claimId = claimIdOf(statusCallback);
  const claim = claims.get(claimId);
  if (!claim) {
    findings.add('wrong', `${body} was sent by claim ${claimId}, which is not in the event store`);
    return false;
  }
  const noted = notedOptOut(keywords, claim);
  if (noted) findings.add('wrong', `${body} was sent to ${to}, claimed after ${say(noted)} was noted`);
  // By the acknowledgements that the contacts received, regardless of the stored events.
  const standing = optOutsStanding(keywords.filter((keyword) => isBefore(keyword, claim)));
  const told = standing.find(({ ackedAt }) => ackedAt < claim.claimedAt);
  if (told) findings.add('wrong', `${body} was sent to ${to}, claimed after ${say(told)} was acknowledged`);
  for (const { type, revision, consentId } of factsUnread(claim, keywords, consents))
    findings.add(
      'wrong',
      `${body} was sent to ${to} without the ${type} at revision ${revision} of consent ${consentId}`,
    );
  return standing.length > 0 && !told && !noted;
}

const claimIdOf = (statusCallback: Call['statusCallback']): string =>
  statusCallback?.slice(statusCallback.lastIndexOf('/') + 1) ?? '';

const isBefore = ({ position }: { readonly position: string }, claim: Claim): boolean => position < claim.position;

/** The opt-out in effect by the consents at the claim's position, in whichever order keywords were handled. */
function notedOptOut(keywords: readonly Keyword[], claim: Claim): Keyword | undefined {
  const noted = keywords.findLast(({ fact }) => fact && isBefore(fact, claim));
  return noted?.isOptOut ? noted : undefined;
}

const optOutsStanding = (keywords: readonly Keyword[]): readonly Keyword[] =>
  keywords.slice(keywords.findLastIndex(({ isOptOut }) => !isOptOut) + 1);

/** Earlier events that the claim did not read. Consent is read again after the claim, so there should be none. */
function factsUnread(
  claim: Claim,
  keywords: readonly Keyword[],
  consents: readonly ConsentFact[],
): readonly ConsentFact[] {
  const theirs = new Set([...claim.revisions.keys(), ...keywords.flatMap(({ fact }) => fact?.consentId ?? [])]);
  return consents.filter(
    (fact) =>
      theirs.has(fact.consentId) &&
      isBefore(fact, claim) &&
      fact.revision > (claim.revisions.get(fact.consentId) ?? -1),
  );
}

/** The provider confirms an opt-out once, and nothing else. */
function checkConfirmations(
  confirmations: readonly Confirmation[],
  inbound: readonly InboundText[],
  findings: Findings,
): void {
  const optOuts = new Set(inbound.filter(({ meaning }) => meaning === 'opt-out').map(({ sid }) => sid));
  for (const [sid, { length }] of grouped(confirmations, ({ inboundSid }) => inboundSid)) {
    findings.atMostOne(length, `confirmation of the opt-out ${sid}`);
    if (!optOuts.has(sid)) findings.add('foreign', `a confirmation of ${sid}, which is not an opt-out`);
  }
}

const say = ({ text, from, to }: Pick<InboundText, 'text' | 'from' | 'to'>): string =>
  `${JSON.stringify(text)} of ${from} to ${to}`;
