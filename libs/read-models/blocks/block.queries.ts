import { Injectable } from '@nestjs/common';
import type { Page } from '@app/eventing';
import { contactsProjection } from '../contacts/contacts.projection.js';
import { readsContent, type Viewer } from '../inbox/inbox.queries.js';
import { ReadModelReader } from '../read-model-reader.js';
import { blockedMessagesModel, type BlockedMessageRow } from './blocked-messages.projection.js';
import { blocksModel, type BlockRow } from './blocks.projection.js';

/** A block, with the current name of a contact. */
export type BlockView = Omit<BlockRow, 'programId' | 'placed'> & { readonly name: string | null };
export type BlockedMessageView = Omit<BlockedMessageRow, 'programId' | 'order' | 'blockId'>;

@Injectable()
export class BlockQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** The latest first. @throws InvalidCursor */
  async page({ programId }: Viewer, after: string | undefined, limit: number): Promise<Page<BlockView>> {
    const list = { programId, index: 'program', equals: { programId }, order: 'desc', after, limit } as const;
    const { documents, ...page } = await this.readModels.page(blocksModel, list);
    const ofContacts = documents.filter(({ kind }) => kind === 'contact').map(({ id }) => id);
    const contacts = await this.readModels.get(contactsProjection, programId, ofContacts);
    const byId = new Map(contacts.map((contact) => [contact.id, contact]));
    return {
      documents: documents.map(({ programId: _, placed: __, ...row }) => {
        const contact = byId.get(row.id);
        return { ...row, phone: row.phone ?? contact?.phones[0] ?? null, name: contact?.name ?? null };
      }),
      ...page,
    };
  }

  async isBlocked(programId: string, blockId: string): Promise<boolean> {
    return (await this.readModels.one(blocksModel, programId, blockId)) !== null;
  }

  /** What it keeps out, the oldest first. @throws InvalidCursor */
  async messages(
    viewer: Viewer,
    blockId: string,
    after: string | undefined,
    limit: number,
  ): Promise<Page<BlockedMessageView>> {
    const { programId } = viewer;
    const list = { programId, index: 'block', equals: { programId, blockId }, order: 'asc', after, limit } as const;
    const { documents, ...page } = await this.readModels.page(blockedMessagesModel, list);
    return {
      documents: documents.map(({ id, contactId, channel, text, keyword, at }) => ({
        id,
        contactId,
        channel,
        text: readsContent(viewer) ? text : null,
        keyword,
        at,
      })),
      ...page,
    };
  }
}
