import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@app/eventing';
import { ERASED, isAlertedOfUnassigned, type Permission, type Position, type Role } from '@app/kernel';
import { concernedStaff } from '@app/domain/conversation';
import { consentsProjection } from '../consents/consents.projection.js';
import { contactsProjection } from '../contacts/contacts.projection.js';
import { labelsModel } from '../labels/labels.projection.js';
import { muteRowId, mutesModel } from '../mutes/mutes.projection.js';
import { programsProjection } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { readingRowId, readingsModel } from '../readings/readings.projection.js';
import { threadProjection } from '../thread/thread.projection.js';
import { consentFor, muteOf, readBy, shownAs, viewOf, type ConversationView } from './conversation-view.js';
import { selection, type InboxFilter } from './inbox-lists.js';
import { inboxProjection, preview, type InboxRow } from './inbox.projection.js';

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
/** How many of the latest entries of a thread are searched for the latest messages. */
const ENTRIES_SEARCHED = 50;

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
    if (filter.label !== undefined) return this.labelled(viewer, filter.label, after, limit);
    const { documents, ...page } = await this.readModels.page(inboxProjection, {
      ...selection(viewer.programId, filter),
      order: 'desc',
      after,
      limit,
    });
    return { documents: await this.withContacts(viewer, documents), ...page };
  }

  /** The latest label first. @throws InvalidCursor */
  private async labelled(
    viewer: Viewer,
    label: string,
    after: string | undefined,
    limit: number,
  ): Promise<Page<ConversationView>> {
    const { programId } = viewer;
    const request = { programId, index: 'label', equals: { programId, label }, order: 'desc', after, limit } as const;
    const { documents, ...page } = await this.readModels.page(labelsModel, request);
    const ids = documents.map(({ conversationId }) => conversationId);
    const rows = await this.readModels.get(inboxProjection, programId, ids);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const ordered = ids.map((id) => byId.get(id)).filter((row) => row !== undefined);
    return { documents: await this.withContacts(viewer, ordered), ...page };
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

  /** After a message was moved in or out, the row does not know which one is the latest. */
  private async withLatest(row: InboxRow): Promise<InboxRow> {
    if (row.isLatestMoved !== true) return row;
    const { documents } = await this.readModels.page(threadProjection, {
      programId: row.programId,
      index: 'conversation',
      equals: { conversationId: row.id },
      order: 'desc',
      limit: ENTRIES_SEARCHED,
    });
    const messages = documents.filter(({ kind }) => kind === 'message' || kind === 'automated');
    const [last] = messages;
    const received = messages.find(({ direction }) => direction === 'in');
    return {
      ...row,
      preview: last ? preview(last.text ?? ERASED) : '',
      channel: last?.channel ?? null,
      lastContactMessageAt: received?.at ?? null,
    };
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
    const latest = await Promise.all(rows.map((row) => this.withLatest(row)));
    const shown = readsContent(viewer) ? latest : latest.map((row) => ({ ...row, preview: null }));
    return shown.map((shownRow) => {
      const { row, staff, received, readByAuthor } = viewOf(shownRow);
      const contact = contactOf.get(row.contactId);
      const consents = byAddress.get(contact?.addressIds[0] ?? '')?.senders ?? {};
      const choice = choiceOf.get(row.id);
      const concerned = concernedStaff({ staff, assignee: row.assignee });
      // A conversation without staff alerts owners and managers.
      const isTheirs = concerned.length > 0 ? concerned.includes(userId) : isAlertedOfUnassigned(role);
      return {
        ...row,
        ...muteOf(choice, isTheirs, now),
        ...readBy(readingOf.get(row.id), readByAuthor[userId], received),
        ...shownAs(contact, row.contactId),
        ...consentFor(consents, senders),
      };
    });
  }
}
