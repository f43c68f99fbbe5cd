import { Injectable } from '@nestjs/common';
import { counterId, type Counter } from '@app/eventing';
import type { Folder } from '@app/domain/conversation';
import { ReadModelReader } from '../read-model-reader.js';
import { counterOf, countsModel, unreadByContact, type CountedConversation } from './counts.projection.js';

/** How many conversations there are in each folder; `inbox` is Unread, Read and Replied together. */
export type FolderCounts = Readonly<Record<Folder | 'inbox' | 'all', number>>;

/** The counts of the views: all conversations, and the viewer's own. */
export type Counts = { readonly all: FolderCounts; readonly mine: FolderCounts };

@Injectable()
export class CountQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  async ofViews(programId: string, userId: string): Promise<Counts> {
    const [all, mine] = await this.totals(programId, [counterOf.all, counterOf.mine(userId)]);
    return { all: folders(all), mine: folders(mine) };
  }

  /** How many messages by staff a contact has not read. */
  async unreadOf(programId: string, contactId: string): Promise<number> {
    const [totals] = await this.totals(programId, [counterOf.contact(contactId)]);
    return totals?.['unread'] ?? 0;
  }

  /** The same for each of these conversations. */
  async unreadIn(programId: string, conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.readModels.get(countsModel, programId, conversationIds);
    const conversations = rows.filter((row): row is CountedConversation => !('totals' in row));
    return new Map(conversations.map((row) => [row.id, unreadByContact(row)]));
  }

  private async totals(programId: string, names: readonly string[]): Promise<readonly Counter['totals'][]> {
    const ids = names.map(counterId);
    const found = await this.readModels.get(countsModel, programId, ids);
    return ids.map((id) => {
      const counter = found.find((row) => row.id === id);
      return counter && 'totals' in counter ? counter.totals : {};
    });
  }
}

function folders(totals: Counter['totals'] = {}): FolderCounts {
  const { unread = 0, read = 0, replied = 0, archived = 0, snoozed = 0 } = totals;
  const inbox = unread + read + replied;
  return { unread, read, replied, archived, snoozed, inbox, all: inbox + archived + snoozed };
}
