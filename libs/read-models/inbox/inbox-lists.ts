import type { PageRequest } from '@app/eventing';
import type { Folder, Source } from '@app/domain/conversation';

/** `inbox` is Unread, Read and Replied together. */
export type FolderChoice = Folder | 'inbox' | 'all';

export type InboxFilter = {
  readonly folder?: FolderChoice | undefined;
  readonly contactId?: string | undefined;
  readonly referralId?: string | undefined;
  readonly source?: Source | undefined;
  /** Only those of this member of staff: assigned to them, started by them, or with a message of theirs. */
  readonly mine?: string | undefined;
  readonly label?: string | undefined;
};

/** The index of a list, and its values. */
export function selection(
  programId: string,
  { folder = 'inbox', contactId, referralId, source, mine }: InboxFilter,
): Pick<PageRequest, 'programId' | 'index' | 'equals'> {
  if (referralId !== undefined) return { programId, index: 'referral', equals: { programId, referralId } };
  if (contactId !== undefined) return { programId, index: 'contact', equals: { programId, contactId } };
  if (source !== undefined) return { programId, index: 'source', equals: { programId, source } };
  const whose = { programId, ...(mine !== undefined && { mine }) };
  const index = (all: string, ofMine: string): string => (mine === undefined ? all : ofMine);
  if (folder === 'all') return { programId, index: index('all', 'mine'), equals: whose };
  if (folder === 'inbox') return { programId, index: index('box', 'mineBox'), equals: { ...whose, archived: false } };
  return { programId, index: index('folder', 'mineFolder'), equals: { ...whose, folder } };
}
