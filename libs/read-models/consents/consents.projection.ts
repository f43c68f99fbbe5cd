import type { Projection } from '@app/eventing';
import type { Message } from '@app/kernel';
import { consentDecider, type Consent, type ConsentEvent } from '@app/domain/consent';

export type ConsentState = {
  readonly status: Consent['status'];
  readonly textedFirst: boolean;
  readonly purpose: string | null;
  /** When the state was reached. */
  readonly since: string;
  /** What led to it: a form, or a keyword. */
  readonly by: string;
};

/** Consent of one phone number, by sender. */
export type ConsentRow = {
  readonly id: string;
  readonly programId: string;
  readonly senders: Readonly<Record<string, ConsentState>>;
  /** The sender of the latest Yes that still stands. */
  readonly yesFor: string | null;
};

export const consentsProjection: Projection<ConsentEvent, ConsentRow> = {
  name: 'consents',
  categories: ['consent'],
  indexes: { yesFor: ['programId', 'yesFor'] },
  touches: (event) => event.data.addressId,

  evolve(row, event) {
    const { senderId } = event.data;
    const before = row?.senders[senderId];
    const { status, textedFirst } = consentDecider.evolve(before ?? consentDecider.initialState, event);
    const state: ConsentState = {
      status,
      textedFirst,
      purpose: event.type === 'OptInRequested' ? event.data.purpose : (before?.purpose ?? null),
      since: status === before?.status ? before.since : event.metadata.occurredAt,
      by: status === before?.status ? before.by : cause(event),
    };
    const senders = { ...row?.senders, [senderId]: state };
    const standing = Object.keys(senders).filter((id) => senders[id]?.status === 'yes');
    const latest = event.type === 'OptedIn' ? senderId : (row?.yesFor ?? null);
    const yesFor = latest !== null && standing.includes(latest) ? latest : (standing.at(-1) ?? null);
    return { id: event.data.addressId, programId: event.metadata.programId, senders, yesFor };
  },
};

const cause = (event: ConsentEvent & Message): string => {
  if (event.type === 'OptInRequested') return `form ${event.data.evidence.wordingVersion}`;
  return event.type === 'TextedFirst' ? 'inbound text' : (event.data.keyword ?? 'form');
};
