import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@app/eventing';
import { isAlertedOfUnassigned, type Permission, type Position, type Role } from '@app/kernel';
import type { Source } from '@app/domain/conversation';
import { concernedStaff } from '@app/domain/conversation';
import { refusedSender } from '@app/domain/consent';
import { isMuted } from '@app/domain/mute';
import { consentOf, consentsProjection, type ConsentRow } from '../consents/consents.projection.js';
import { contactsProjection, type ContactRow } from '../contacts/contacts.projection.js';
import { muteRowId, mutesModel, type MuteRow } from '../mutes/mutes.projection.js';
import { readingRowId, readingsModel, type ReadingRow } from '../readings/readings.projection.js';
import { programsProjection, type ProgramRow } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { selection, type InboxFilter } from './inbox-lists.js';
import { inboxProjection, type InboxRow, type ReadTo } from './inbox.projection.js';

type HiddenField = 'activity' | 'archived' | 'programId' | 'staff' | 'mine' | 'source' | 'received' | 'readByAuthor';

/** A row of the inbox with the current data of its contact. */
export type ConversationView = Omit<InboxRow, HiddenField> & {
  /** Where it came from; `null` until a rebuild of the inbox. */
  readonly source: Source | null;
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

/** The viewer: personal settings are shown only to their owner, texts only to people with the permission to read them. */
export type Viewer = {
  readonly programId: string;
  readonly id: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
};

export const readsContent = ({ permissions }: Pick<Viewer, 'permissions'>): boolean =>
  permissions.includes('messages:read');

const CONVERSATIONS_ON_PAGE = 50;

@Injectable()
export class InboxQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** Newest activity first. @throws InvalidCursor */
  async page(
    viewer: Viewer,
    filter: InboxFilter,
    after: string | undefined,
    limit: number,
  ): Promise<Page<ConversationView>> {
    const { documents, ...page } = await this.readModels.page(inboxProjection, {
      ...selection(viewer.programId, filter),
      order: 'desc',
      after,
      limit,
    });
    return { documents: await this.withContacts(viewer, documents), ...page };
  }

  async one(viewer: Viewer, conversationId: string): Promise<ConversationView | null> {
    const row = await this.readModels.one(inboxProjection, viewer.programId, conversationId);
    const [view] = await this.withContacts(viewer, row ? [row] : []);
    return view ?? null;
  }

  /** The latest conversations, for the page of a contact or a referral; none for a viewer who may not see any. */
  async latest(viewer: Viewer, filter: InboxFilter): Promise<readonly ConversationView[]> {
    if (!viewer.permissions.includes('conversations:read')) return [];
    return (await this.page(viewer, filter, undefined, CONVERSATIONS_ON_PAGE)).documents;
  }

  /** Ids of the conversations of a list, without those with activity after that position. */
  async idsUpTo(
    programId: string,
    filter: InboxFilter,
    upTo: Position,
    page: Pick<PageRequest, 'after' | 'limit'>,
  ): Promise<Page<string>> {
    const request = { ...selection(programId, filter), range: { upTo }, order: 'desc', ...page } as const;
    const { documents, ...cursors } = await this.readModels.page(inboxProjection, request);
    return { documents: documents.map(({ id }) => id), ...cursors };
  }

  /** Ids of the conversations that are assigned to a person. */
  async idsOfAssignee(
    programId: string,
    assignee: string,
    after: string | undefined,
    limit: number,
  ): Promise<Page<string>> {
    const request = {
      programId,
      index: 'assignee',
      equals: { programId, assignee },
      order: 'asc',
      after,
      limit,
    } as const;
    const { documents, ...page } = await this.readModels.page(inboxProjection, request);
    return { documents: documents.map(({ id }) => id), ...page };
  }

  /** Ids of all the contact's conversations. */
  async idsOf(programId: string, contactId: string): Promise<readonly string[]> {
    const rows = await this.readModels.all(inboxProjection, {
      ...selection(programId, { contactId }),
      order: 'asc',
    });
    return rows.map(({ id }) => id);
  }

  /**
   * Contacts and consents change independently of their conversations, so they are joined by id for the rows of the
   * page.
   */
  private async withContacts(viewer: Viewer, rows: readonly InboxRow[]): Promise<ConversationView[]> {
    const { programId, id: userId, role } = viewer;
    if (rows.length === 0) return [];
    const contactIds = [...new Set(rows.map(({ contactId }) => contactId))];
    const now = new Date().toISOString();
    const kind = role === 'contact' ? 'contact' : 'member';
    const [contacts, programs, mutes, readings] = await Promise.all([
      this.readModels.get(contactsProjection, programId, contactIds),
      this.readModels.get(programsProjection, programId, [programId]),
      this.readModels.get(
        mutesModel,
        programId,
        rows.map(({ id }) => muteRowId(id, userId)),
      ),
      this.readModels.get(
        readingsModel,
        programId,
        rows.map(({ id }) => readingRowId(id, { kind, id: userId })),
      ),
    ]);
    const consents = await this.readModels.get(
      consentsProjection,
      programId,
      contacts.flatMap(({ addressIds }) => addressIds.slice(0, 1)),
    );
    const contactOf = new Map(contacts.map((contact) => [contact.id, contact]));
    const choiceOf = new Map(mutes.map((choice) => [choice.conversationId, choice]));
    const readingOf = new Map(readings.map((reading) => [reading.conversationId, reading]));
    const byAddress = new Map(consents.map((consent) => [consent.id, consent]));
    const senders = programs[0]?.senders ?? [];
    const shown = readsContent(viewer) ? rows : rows.map((row) => ({ ...row, preview: null }));
    return shown.map(
      ({
        programId: _programId,
        activity: _activity,
        archived: _archived,
        mine: _,
        staff = [],
        received = 0,
        readByAuthor = {},
        ...row
      }) => {
        const contact = contactOf.get(row.contactId);
        const consents = byAddress.get(contact?.addressIds[0] ?? '')?.senders ?? {};
        const choice = choiceOf.get(row.id);
        const concerned = concernedStaff({ staff, assignee: row.assignee });
        // A conversation without staff alerts owners and managers.
        const isTheirs = concerned.length > 0 ? concerned.includes(userId) : isAlertedOfUnassigned(role);
        return {
          ...row,
          source: row.source ?? null,
          ...muteOf(choice, isTheirs, now),
          ...readBy(readingOf.get(row.id), readByAuthor[userId], received),
          ...shownAs(contact, row.contactId),
          ...consentFor(consents, senders),
        };
      },
    );
  }
}

function muteOf(
  choice: MuteRow | undefined,
  isTheirs: boolean,
  now: string,
): Pick<ConversationView, 'isMuted' | 'mutedUntil'> {
  const isSilent = isMuted(choice, isTheirs, now);
  return { isMuted: isSilent, mutedUntil: isSilent ? (choice?.until ?? null) : null };
}

/** The later of what the viewer opened and what they answered. */
function readBy(
  opened: ReadingRow | undefined,
  answered: ReadTo | undefined,
  received: number,
): Pick<ConversationView, 'myReadRevision' | 'myUnread'> {
  const read = (opened?.revision ?? -1) > (answered?.revision ?? -1) ? opened : answered;
  return { myReadRevision: read?.revision ?? null, myUnread: Math.max(0, received - (read?.messages ?? 0)) };
}

function shownAs(
  contact: ContactRow | undefined,
  contactId: string,
): Pick<ConversationView, 'displayName' | 'phone' | 'leadState'> {
  if (!contact) return { displayName: contactId, phone: null, leadState: 'none' };
  const { name, phones, emails } = contact;
  const phone = phones[0] ?? null;
  return { displayName: name ?? phone ?? emails[0] ?? contactId, phone, leadState: name ? 'lead' : 'none' };
}

function consentFor(
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
