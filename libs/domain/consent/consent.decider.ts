import { decideByType, DomainError, type Decider, type Message, type Open, type Personal } from '@app/kernel';
import type { ConsentEvent, OptInErased, OptInRequested, OptOutLearned } from './consent.events.js';
import { keywordList, type Keyword } from './keywords.js';
import { accept, noKeywords, refuse, survives, type KeywordState } from './keyword-order.js';

type TextReceived = {
  addressId: string;
  subjectId: string;
  senderId: string;
  text: Personal<string>;
  providerMessageId: string;
  keyword: Keyword | null;
  acceptedPosition: string;
  acceptedAt: string;
  sentAt: string | null;
};

type RequestOptIn = Omit<Open<OptInRequested['data']>, 'optInText'> & {
  mode: 'double_opt_in' | 'single_opt_in';
  optInText: { version: string; text: string };
  /** The sender of the program that the address opted out of. */
  refusedSenderId: string | null;
  /** No more texts may be caused today. */
  isLimitReached: boolean;
  /** The program's switch for texts. */
  smsEnabled: 'on' | 'off';
};

export type ConsentCommand =
  /** `mode` is the program's policy: the decision needs it, so the command carries it. */
  | Message<'RequestOptIn', RequestOptIn>
  | Message<'NoteTextReceived', TextReceived>
  /** The provider refused a text because the number has opted out. */
  | Message<'NoteProviderOptOut', OptOutLearned['data']>
  /** The address was erased, including the evidence of what its owner agreed to. */
  | Message<'EraseOptIn', OptInErased['data']>;

/** Consent of one address for one sender. */
export type Consent = KeywordState & {
  readonly status: 'none' | 'pending' | 'yes' | 'no';
  /** The state that results from forms alone; a keyword takes precedence. */
  readonly form: 'none' | 'pending' | 'yes';
  /** They texted before any other event. */
  readonly textedFirst: boolean;
  /** When the last consent form that leads to an opt-in request was accepted; milliseconds since 1970. */
  readonly askedAt: number | null;
};

/** An unanswered opt-in request may be repeated after this time, in ms: by then it was sent or dropped. */
const ASK_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;

export const consentDecider: Decider<Consent, ConsentCommand, ConsentEvent> = {
  initialState: { status: 'none', form: 'none', textedFirst: false, askedAt: null, ...noKeywords },

  decide: decideByType<Consent, ConsentCommand, ConsentEvent>({
    RequestOptIn: requestOptIn,
    NoteTextReceived: noteText,
    NoteProviderOptOut: noteProviderOptOut,
    EraseOptIn: (data) => [{ type: 'OptInErased', data }],
  }),

  evolve(state, event) {
    switch (event.type) {
      case 'OptInRequested':
        return withStatus({ ...state, form: 'pending', askedAt: Date.parse(event.data.requestedAt) });
      case 'OptInFormReceived':
        return state;
      case 'OptedIn': {
        const { acceptedPosition: position, sentAt, keyword } = event.data;
        if (position === null) return withStatus({ ...state, form: 'yes' });
        return withStatus({
          ...state,
          ...accept(state, { position, countsFrom: timeOf(sentAt), isAnswer: isAnswer(keyword) }),
        });
      }
      case 'OptedOut': {
        const { acceptedPosition: position, acceptedAt, sentAt } = event.data;
        return withStatus({ ...state, ...refuse(state, { position, at: timeOf(sentAt) ?? byOurClock(acceptedAt) }) });
      }
      case 'OptOutLearned':
        return withStatus({
          ...state,
          ...refuse(state, { position: event.data.claimedPosition, at: byOurClock(event.data.claimedAt) }),
        });
      case 'TextedFirst':
        return { ...state, textedFirst: true };
      case 'OptInErased':
        return withStatus({ ...consentDecider.initialState, optOut: state.optOut });
    }
  },
};

/** A form is ignored after an opt-out: it would have been refused if the opt-out had been known. */
const withStatus = (state: Consent): Consent => ({
  ...state,
  status: state.optIns.length > 0 ? 'yes' : state.optOut !== null ? 'no' : state.form,
});

/**
 * The provider's clock and ours may differ by this much, in ms. A comparison of an opt-in by its clock with an opt-out
 * by ours favors the opt-out.
 */
const CLOCK_TOLERANCE_MS = 60_000;
const byOurClock = (time: string): number => Date.parse(time) + CLOCK_TOLERANCE_MS;

const timeOf = (time: string | null): number | null => (time === null ? null : Date.parse(time));
const isAnswer = (keyword: string | null): boolean => keywordList.confirm.some((word) => word === keyword);

function requestOptIn(
  { mode, optInText, refusedSenderId, isLimitReached, smsEnabled, ...request }: RequestOptIn,
  state: Consent,
): ConsentEvent[] {
  // Only the contact can undo their own STOP; the provider would refuse the text as well.
  if (state.status === 'no' || refusedSenderId !== null) throw new RecipientOptedOut();
  const isAsked = state.askedAt !== null && Date.parse(request.requestedAt) - state.askedAt < ASK_AGAIN_AFTER_MS;
  if (state.status === 'yes' || (state.status === 'pending' && isAsked)) {
    const { addressId, subjectId, senderId, contactId, purpose, evidence } = request;
    return [{ type: 'OptInFormReceived', data: { addressId, subjectId, senderId, contactId, purpose, evidence } }];
  }
  if (mode === 'double_opt_in') {
    if (smsEnabled === 'off') throw new TextsDisabled();
    if (isLimitReached) throw new TextLimitReached();
    return [{ type: 'OptInRequested', data: { ...request, optInText } }];
  }
  const { addressId, subjectId, senderId } = request;
  return [
    { type: 'OptInRequested', data: { ...request, optInText: null } },
    {
      type: 'OptedIn',
      data: {
        addressId,
        subjectId,
        senderId,
        keyword: null,
        keywordList: null,
        text: null,
        providerMessageId: null,
        acceptedPosition: null,
        acceptedAt: null,
        sentAt: null,
      },
    },
  ];
}

function noteText({ keyword, ...text }: TextReceived, state: Consent): ConsentEvent[] {
  if (keyword) {
    const evidence = { ...text, keyword: keyword.word, keywordList: keywordList.version };
    // Also when nothing changes: the keyword is evidence, and without an event its replay would be decided again.
    if (keyword.kind === 'opt-out') return [{ type: 'OptedOut', data: evidence }];
    if (keyword.kind === 'opt-in' || (keyword.kind === 'confirm' && isAwaitingAnswer(state, text)))
      return [{ type: 'OptedIn', data: evidence }];
  }
  if (state.status !== 'none' || state.textedFirst) return [];
  const { addressId, senderId, providerMessageId } = text;
  return [{ type: 'TextedFirst', data: { addressId, senderId, providerMessageId } }];
}

/** Whether a YES is an answer: an opt-in request is open and was requested before the YES was sent. */
export const isAwaitingAnswer = (
  { status, askedAt }: Consent,
  { acceptedAt, sentAt }: Pick<TextReceived, 'acceptedAt' | 'sentAt'>,
): boolean => status === 'pending' && askedAt !== null && Date.parse(sentAt ?? acceptedAt) >= askedAt;

function noteProviderOptOut(learned: OptOutLearned['data'], state: Consent): ConsentEvent[] {
  const optOut = { position: learned.claimedPosition, at: byOurClock(learned.claimedAt) };
  // A known opt-out is at least as recent, or the contact has opted in since the text was claimed.
  const isKnown = state.optOut !== null && state.optOut.position >= optOut.position && state.optOut.at >= optOut.at;
  if (isKnown || state.optIns.some((optIn) => !optIn.isAnswer && survives(optIn, optOut))) return [];
  return [{ type: 'OptOutLearned', data: learned }];
}

/**
 * The sender that received the newest opt-out of an address, unless an opt-in keyword to any sender of the program was
 * accepted after it; `null` when no opt-out is in effect. A YES does not count: it answers the opt-in request of one
 * sender.
 */
export function refusedSender(
  consents: readonly { readonly senderId: string; readonly consent: KeywordState }[],
): string | null {
  const optOuts = consents.flatMap(({ senderId, consent: { optOut } }) =>
    optOut === null ? [] : [{ senderId, ...optOut }],
  );
  const [newest] = optOuts.toSorted((a, b) => (a.position > b.position ? -1 : 1));
  if (!newest) return null;
  const all = { position: newest.position, at: Math.max(...optOuts.map(({ at }) => at)) };
  return consents.some(({ consent: { optIns } }) => optIns.some((optIn) => !optIn.isAnswer && survives(optIn, all)))
    ? null
    : newest.senderId;
}

/** A text would exceed the daily limit of the program or the contact. */
export class TextLimitReached extends DomainError {
  readonly code = 'TextLimitReached';
  constructor() {
    super(
      'Today’s limit of texts for this program or this contact is reached; retry after midnight UTC with a new Idempotency-Key',
    );
  }
}
export class TextsDisabled extends DomainError {
  readonly code = 'TextsDisabled';
  constructor() {
    super('Texts are switched off in this program (its policy smsEnabled)');
  }
}
export class RecipientOptedOut extends DomainError {
  readonly code = 'RecipientOptedOut';
  constructor() {
    super('This number has opted out of texts from the program; it can opt in again only by texting START');
  }
}
