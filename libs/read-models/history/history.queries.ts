import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@app/eventing';
import type { Viewer } from '../inbox/inbox.queries.js';
import { ReadModelReader } from '../read-model-reader.js';
import { ThreadQueries, type MessageView } from '../thread/thread.queries.js';
import { historyProjection, type HistoryEntry } from './history.projection.js';

/** An entry; `message` is that of the thread. */
export type HistoryView = Required<
  Omit<HistoryEntry, 'programId' | 'contacts' | 'messageId' | 'erasedWith' | 'order'>
> & {
  readonly message: MessageView | null;
};

@Injectable()
export class HistoryQueries {
  constructor(
    private readonly readModels: ReadModelReader,
    private readonly thread: ThreadQueries,
  ) {}

  /** Status changes and messages since it was referred. @throws InvalidCursor */
  async ofReferral(viewer: Viewer, referralId: string, request: HistoryRequest): Promise<Page<HistoryView>> {
    return this.page(viewer, { index: 'referral', equals: { referralId } }, request);
  }

  /** Everything with a contact, and the referrals in which the contact is one of the two sides. @throws InvalidCursor */
  async ofContact(viewer: Viewer, contactId: string, request: HistoryRequest): Promise<Page<HistoryView>> {
    return this.page(viewer, { index: 'contact', equals: { contacts: contactId } }, request);
  }

  private async page(
    viewer: Viewer,
    of: Pick<PageRequest, 'index' | 'equals'>,
    request: HistoryRequest,
  ): Promise<Page<HistoryView>> {
    const { programId } = viewer;
    const { documents, ...page } = await this.readModels.page(historyProjection, { programId, ...of, ...request });
    const messages = await this.thread.byIds(
      viewer,
      documents.map(({ messageId }) => messageId).filter((id) => id !== null),
    );
    const byId = new Map(messages.map((message) => [message.id, message]));
    return { documents: documents.map((entry) => view(entry, byId.get(entry.messageId ?? ''))), ...page };
  }
}

export type HistoryRequest = Pick<PageRequest, 'order' | 'after' | 'limit'>;

const view = (
  { programId: _, contacts: _contacts, messageId: __, erasedWith: ___, order: ____, ...entry }: HistoryEntry,
  message: MessageView | undefined,
): HistoryView => ({ amount: null, currency: null, ...entry, message: message ?? null });
