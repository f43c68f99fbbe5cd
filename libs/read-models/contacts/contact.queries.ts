import { Injectable } from '@nestjs/common';
import { detailsIn } from '@app/domain/contact';
import { consentsProjection, type ConsentState } from '../consents/consents.projection.js';
import type { ConversationView } from '../inbox/conversation-view.js';
import { InboxQueries, type Viewer } from '../inbox/inbox.queries.js';
import { programsProjection } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { contactsProjection, searchTerm, type ContactRow } from './contacts.projection.js';

export type ContactView = Omit<
  ContactRow,
  'programId' | 'addressIds' | 'terms' | 'leadFrom' | 'applications' | 'removed'
> &
  Required<Pick<ContactRow, 'leadFrom' | 'applications' | 'removed'>>;

/** Consent of one of the contact's phones, for one number of the program. */
export type PhoneConsent = Omit<ConsentState, 'folded'> & {
  readonly phone: string;
  readonly senderId: string;
  readonly senderPhone: string | null;
};

export type ContactPage = ContactView & {
  readonly consents: readonly PhoneConsent[];
  readonly conversations: readonly ConversationView[];
};

const FOUND_BY_EMAIL = 20;

@Injectable()
export class ContactQueries {
  constructor(
    private readonly readModels: ReadModelReader,
    private readonly inbox: InboxQueries,
  ) {}

  /** By the start of a name, phone, email, external id, or our id. */
  async find(programId: string, search: string, limit: number): Promise<readonly ContactView[]> {
    return (await this.readModels.search(contactsProjection, { programId, prefix: searchTerm(search) }, limit)).map(
      view,
    );
  }

  /** Ids of the contacts with this email address; at most a few. */
  async idsByEmail(programId: string, email: string): Promise<readonly string[]> {
    const prefix = searchTerm(email);
    const found = await this.readModels.search(contactsProjection, { programId, prefix }, FOUND_BY_EMAIL);
    return found.filter(({ emails }) => emails.some((known) => searchTerm(known) === prefix)).map(({ id }) => id);
  }

  async one(programId: string, contactId: string): Promise<ContactView | null> {
    const row = await this.readModels.one(contactsProjection, programId, contactId);
    return row && view(row);
  }

  /** The contact's page: details, consent, and the latest conversations. */
  async details(viewer: Viewer, contactId: string): Promise<ContactPage | null> {
    const { programId } = viewer;
    const row = await this.readModels.one(contactsProjection, programId, contactId);
    if (!row) return null;
    const conversations = await this.inbox.latest(viewer, { contactId });
    return { ...view(row), consents: await this.consents(programId, row), conversations };
  }

  private async consents(programId: string, { phones, addressIds }: ContactRow): Promise<PhoneConsent[]> {
    const rows = await this.readModels.get(consentsProjection, programId, addressIds);
    const [program] = await this.readModels.get(programsProjection, programId, [programId]);
    return rows.flatMap(({ id, senders }) =>
      Object.entries(senders).map(([senderId, { folded: _, ...state }]) => ({
        phone: phones[addressIds.indexOf(id)] ?? '',
        senderId,
        senderPhone: program?.senders.find((sender) => sender.id === senderId)?.phone ?? null,
        ...state,
      })),
    );
  }
}

function view(row: ContactRow): ContactView {
  // Rows written before these details existed have them after a rebuild.
  const { id, erased, revision, groups = [], homeLocation = null, timeZone = null } = row;
  const { leadFrom = null, applications = [], removed = false } = row;
  const details = detailsIn({ ...row, groups, homeLocation, timeZone });
  return { id, ...details, leadFrom, applications, removed, erased, revision };
}
