import type { Source } from '@app/domain/conversation';
import { refusedSender } from '@app/domain/consent';
import { isMuted } from '@app/domain/mute';
import { consentOf, type ConsentRow } from '../consents/consents.projection.js';
import type { ContactRow } from '../contacts/contacts.projection.js';
import type { MuteRow } from '../mutes/mutes.projection.js';
import type { ProgramRow } from '../programs/programs.projection.js';
import type { ReadingRow } from '../readings/readings.projection.js';
import type { InboxRow, ReadTo } from './inbox.projection.js';

/** A row of the inbox with the current data of its contact. */
export type ConversationView = Omit<
  InboxRow,
  | 'activity'
  | 'archived'
  | 'programId'
  | 'staff'
  | 'mine'
  | 'source'
  | 'snoozedUntil'
  | 'labels'
  | 'received'
  | 'readByAuthor'
  | 'replied'
  | 'isLatestMoved'
> & {
  /** Where it came from; `null` until a rebuild of the inbox. */
  readonly source: Source | null;
  /** When the snooze ends; `null`: when the contact writes, or there is none. */
  readonly snoozedUntil: string | null;
  readonly labels: readonly string[];
  /** Whether the viewer gets no alerts of it, and until when they chose that. */
  readonly isMuted: boolean;
  readonly mutedUntil: string | null;
  /** Up to which revision the viewer has read it, and how many of the contact's messages came since. */
  readonly myReadRevision: number | null;
  readonly myUnread: number;
  /** The contact's name, or the number until there is one. */
  readonly displayName: string;
  readonly phone: string | null;
  /**
   * Consent of the contact's phone for the number the program texts from; also No while an opt-out of another of its
   * numbers is in effect.
   */
  readonly consent: 'none' | 'pending' | 'yes' | 'no';
  /** The program's number that received the opt-out in effect. */
  readonly optedOutOf: string | null;
  /** A contact with a name is a lead; one with only a number is not yet. */
  readonly leadState: 'none' | 'lead';
};

export function muteOf(
  choice: MuteRow | undefined,
  isTheirs: boolean,
  now: string,
): Pick<ConversationView, 'isMuted' | 'mutedUntil'> {
  const isSilent = isMuted(choice, isTheirs, now);
  return { isMuted: isSilent, mutedUntil: isSilent ? (choice?.until ?? null) : null };
}

/** A row without the fields that only the store needs, and with those that rows of earlier builds do not have. */
export const viewOf = ({
  programId: _programId,
  activity: _activity,
  archived: _archived,
  mine: _mine,
  replied: _replied,
  isLatestMoved: _isLatestMoved,
  staff = [],
  source = null,
  snoozedUntil = null,
  labels = [],
  received = 0,
  readByAuthor = {},
  ...row
}: Omit<InboxRow, 'source'> & { readonly source?: Source | null }) => ({
  row: { ...row, source, snoozedUntil, labels },
  staff,
  received,
  readByAuthor,
});

/** The later of what the viewer opened and what they answered. */
export function readBy(
  opened: ReadingRow | undefined,
  answered: ReadTo | undefined,
  received: number,
): Pick<ConversationView, 'myReadRevision' | 'myUnread'> {
  const read = (opened?.revision ?? -1) > (answered?.revision ?? -1) ? opened : answered;
  return { myReadRevision: read?.revision ?? null, myUnread: Math.max(0, received - (read?.messages ?? 0)) };
}

export function shownAs(
  contact: ContactRow | undefined,
  contactId: string,
): Pick<ConversationView, 'displayName' | 'phone' | 'leadState'> {
  if (!contact) return { displayName: contactId, phone: null, leadState: 'none' };
  const { name, phones, emails } = contact;
  const phone = phones[0] ?? null;
  return { displayName: name ?? phone ?? emails[0] ?? contactId, phone, leadState: name ? 'lead' : 'none' };
}

export function consentFor(
  consents: ConsentRow['senders'],
  senders: ProgramRow['senders'],
): Pick<ConversationView, 'consent' | 'optedOutOf'> {
  const senderId = senders.at(-1)?.id ?? '';
  const status = consents[senderId]?.status ?? 'none';
  const refused =
    refusedSender(Object.entries(consents).map(([id, state]) => ({ senderId: id, consent: consentOf(state) }))) ??
    (status === 'no' ? senderId : null);
  return refused === null
    ? { consent: status, optedOutOf: null }
    : { consent: 'no', optedOutOf: senders.find(({ id }) => id === refused)?.phone ?? null };
}
