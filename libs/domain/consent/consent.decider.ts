import { DomainError, type Decider, type Message } from '@app/kernel';
import type { ConsentEvent, OptInRequested } from './consent.events.js';
import { keywordList, type Keyword } from './keywords.js';

type TextReceived = { addressId: string; senderId: string; text: string; providerId: string; keyword: Keyword | null };

export type ConsentCommand =
  /** `mode` is the program's policy: the decision needs it, so the command carries it. */
  | Message<'RequestOptIn', Omit<OptInRequested['data'], 'optInText'> & { mode: 'double_opt_in' | 'single_opt_in'; optInText: { version: string; text: string } }>
  | Message<'NoteTextReceived', TextReceived>;

/** Consent of one address for one sender. */
export type Consent = {
  readonly status: 'none' | 'pending' | 'yes' | 'no';
  /** They texted before anything else was known. */
  readonly textedFirst: boolean;
  /** When the last question for YES was asked for; ISO 8601. */
  readonly askedAt: string | null;
};

/** A question that was not answered may be asked again after this time, in ms: by then it was sent, or dropped. */
const ASK_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;

export const consentDecider: Decider<Consent, ConsentCommand, ConsentEvent> = {
  initialState: { status: 'none', textedFirst: false, askedAt: null },

  decide: (command, state) => (command.type === 'RequestOptIn' ? requestOptIn(command.data, state) : noteText(command.data, state)),

  evolve(state, event) {
    switch (event.type) {
      case 'OptInRequested':
        return { ...state, status: 'pending', askedAt: event.data.evidence.tickedAt };
      case 'OptInFormReceived':
        return state;
      case 'OptedIn':
        return { ...state, status: 'yes' };
      case 'OptedOut':
        return { ...state, status: 'no' };
      case 'TextedFirst':
        return { ...state, textedFirst: true };
    }
  },
};

function requestOptIn({ mode, optInText, ...request }: Extract<ConsentCommand, { type: 'RequestOptIn' }>['data'], state: Consent): ConsentEvent[] {
  // Only the contact undoes a contact's own STOP; the provider would refuse the text as well.
  if (state.status === 'no') throw new RecipientOptedOut();
  const isAsked = state.askedAt !== null && Date.parse(request.evidence.tickedAt) - Date.parse(state.askedAt) < ASK_AGAIN_AFTER_MS;
  if (state.status === 'yes' || (state.status === 'pending' && isAsked)) {
    const { addressId, senderId, contactId, purpose, evidence } = request;
    return [{ type: 'OptInFormReceived', data: { addressId, senderId, contactId, purpose, evidence } }];
  }
  if (mode === 'double_opt_in') return [{ type: 'OptInRequested', data: { ...request, optInText } }];
  return [
    { type: 'OptInRequested', data: { ...request, optInText: null } },
    { type: 'OptedIn', data: { addressId: request.addressId, senderId: request.senderId, keyword: null, keywordList: null, text: null, providerId: null } },
  ];
}

function noteText({ keyword, ...text }: Extract<ConsentCommand, { type: 'NoteTextReceived' }>['data'], { status, textedFirst }: Consent): ConsentEvent[] {
  const evidence = { ...text, keyword: keyword?.word ?? '', keywordList: keywordList.version };
  // Also where it changes nothing: each is evidence, and one that left no trace would be decided anew when it is replayed.
  if (keyword?.kind === 'opt-out') return [{ type: 'OptedOut', data: evidence }];
  if (keyword?.kind === 'opt-in') return [{ type: 'OptedIn', data: evidence }];
  if (keyword?.kind === 'confirm' && status === 'pending') return [{ type: 'OptedIn', data: evidence }];
  const first = status === 'none' && !textedFirst;
  return first ? [{ type: 'TextedFirst', data: { addressId: text.addressId, senderId: text.senderId, providerId: text.providerId } }] : [];
}

export class RecipientOptedOut extends DomainError {
  readonly code = 'RecipientOptedOut';
  constructor() {
    super('This number has opted out; only a START from the number itself undoes that');
  }
}
