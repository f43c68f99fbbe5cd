import { Injectable } from '@nestjs/common';
import type { Page } from '@app/eventing';
import { ContactQueries, type ContactView } from '../contacts/contact.queries.js';
import type { ConversationView } from '../inbox/conversation-view.js';
import { InboxQueries, type Viewer } from '../inbox/inbox.queries.js';
import { ReadModelReader } from '../read-model-reader.js';
import { referralsProjection, type ReferralRow } from './referrals.projection.js';

/** `hasOpenConversation` is the icon of the list: a conversation that is not archived. */
export type ReferralView = Omit<ReferralRow, 'programId' | 'openConversations' | 'created'> & {
  readonly hasOpenConversation: boolean;
};

export type ReferralPage = ReferralView & {
  readonly referrer: ContactView | null;
  readonly referred: ContactView | null;
  readonly conversations: readonly ConversationView[];
};

@Injectable()
export class ReferralQueries {
  constructor(
    private readonly readModels: ReadModelReader,
    private readonly contacts: ContactQueries,
    private readonly inbox: InboxQueries,
  ) {}

  /** Newest first. @throws InvalidCursor */
  async page(programId: string, after: string | undefined, limit: number): Promise<Page<ReferralView>> {
    const { documents, ...page } = await this.readModels.page(referralsProjection, {
      programId,
      index: 'program',
      equals: { programId },
      order: 'desc',
      after,
      limit,
    });
    return { documents: documents.map(view), ...page };
  }

  async exists(programId: string, referralId: string): Promise<boolean> {
    return (await this.readModels.one(referralsProjection, programId, referralId)) !== null;
  }

  /** The referral's page: both sides, the flag, and its conversations. */
  async details(viewer: Viewer, referralId: string): Promise<ReferralPage | null> {
    const { programId } = viewer;
    const row = await this.readModels.one(referralsProjection, programId, referralId);
    if (!row) return null;
    const [referrer, referred, conversations] = await Promise.all([
      this.contacts.one(programId, row.referrerId),
      this.contacts.one(programId, row.referredId),
      this.inbox.latest(viewer, { referralId }),
    ]);
    return { ...view(row), referrer, referred, conversations };
  }
}

const view = ({
  id,
  referrerId,
  referredId,
  status,
  externalId,
  createdAt,
  openConversations,
}: ReferralRow): ReferralView => ({
  id,
  referrerId,
  referredId,
  status,
  externalId,
  createdAt,
  hasOpenConversation: openConversations.length > 0,
});
