import { isErased, type Message, type Recorded } from '@app/kernel';
import { consentDecider, type Consent, type ConsentEvent } from '@app/domain/consent';
import { defineReadModel } from '../define-read-model.js';

export type ConsentState = {
  readonly status: Consent['status'];
  readonly textedFirst: boolean;
  readonly purpose: string | null;
  /** When the state was reached. */
  readonly since: string;
  /** The cause: a form, a keyword, or the provider. */
  readonly by: string;
  /** The state into which the next event is folded. */
  readonly folded: Pick<Consent, 'form' | 'askedAt' | 'optOut' | 'optIns'>;
};

/** Consent of one phone number, by sender. */
export type ConsentRow = {
  readonly id: string;
  readonly programId: string;
  readonly senders: Readonly<Record<string, ConsentState>>;
  /** The sender of the latest Yes that is still valid. */
  readonly yesFor: string | null;
};

export const consentsProjection = defineReadModel<ConsentRow>()({
  name: 'consents',
  handles: [
    'OptInRequested',
    'OptInFormReceived',
    'OptedIn',
    'OptedOut',
    'OptOutLearned',
    'TextedFirst',
    'OptInErased',
  ],
  indexes: { yesFor: ['programId', 'yesFor'] },
  touches: (event) => event.data.addressId,

  evolve(row, event) {
    const { addressId, senderId } = event.data;
    const senders = { ...row?.senders, [senderId]: stateAfter(row?.senders[senderId], event) };
    const standing = Object.keys(senders).filter((id) => senders[id]?.status === 'yes');
    const latest = event.type === 'OptedIn' ? senderId : (row?.yesFor ?? null);
    const yesFor = latest !== null && standing.includes(latest) ? latest : (standing.at(-1) ?? null);
    return { id: addressId, programId: event.metadata.programId, senders, yesFor };
  },
});

function stateAfter(before: ConsentState | undefined, event: Recorded<ConsentEvent>): ConsentState {
  const { status, textedFirst, ...folded } = consentDecider.evolve(consentOf(before), event);
  const { since, by } = status === before?.status ? before : { since: event.metadata.occurredAt, by: cause(event) };
  return { status, textedFirst, purpose: purposeAfter(event, before?.purpose ?? null), since, by, folded };
}

/** Consent in the write side's form. */
export const consentOf = (state: ConsentState | undefined): Consent =>
  state === undefined
    ? consentDecider.initialState
    : { status: state.status, textedFirst: state.textedFirst, ...state.folded };

function purposeAfter(event: ConsentEvent, before: string | null): string | null {
  if (event.type === 'OptInErased') return null;
  return event.type === 'OptInRequested' || event.type === 'OptInFormReceived' ? event.data.purpose : before;
}

const cause = (event: ConsentEvent & Message): string => {
  if (event.type === 'OptInRequested' || event.type === 'OptInFormReceived')
    return isErased(event.data.evidence) ? 'form' : `form ${event.data.evidence.wordingVersion}`;
  if (event.type === 'OptOutLearned') return `provider ${event.data.errorCode}`;
  if (event.type === 'OptInErased') return 'erasure';
  return event.type === 'TextedFirst' ? 'inbound text' : (event.data.keyword ?? 'form');
};
