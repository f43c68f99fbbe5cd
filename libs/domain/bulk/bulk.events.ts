import type { EventTypes, Message, Position } from '@app/kernel';

export type BulkAction = 'archive' | 'unarchive';

/** What became of one conversation; `code`: the rule that refused it. */
export type BulkResult = {
  readonly conversationId: string;
  readonly outcome: 'done' | 'unchanged' | 'refused';
  readonly code: string | null;
};

/**
 * A member of staff wants something done with all conversations of a list, except those with activity after `upTo`,
 * which they had not seen. `folder` and `mine` (a user id) say which list.
 */
export type BulkStarted = Message<
  'BulkStarted',
  { action: BulkAction; folder: string; mine: string | null; upTo: Position; by: string; at: string }
>;
/**
 * The next conversations of the list. They are stored before they are handled, since an archived one leaves its list.
 * `after`: where the list goes on; `null`: nowhere.
 */
export type BulkListed = Message<'BulkListed', { conversationIds: readonly string[]; after: string | null }>;
/** The listed conversations were handled. */
export type BulkProgressed = Message<
  'BulkProgressed',
  { results: readonly BulkResult[]; isFinished: boolean; at: string }
>;

export type BulkEvent = BulkStarted | BulkListed | BulkProgressed;

export const bulkEventTypes = {
  BulkStarted: { version: 1 },
  BulkListed: { version: 1 },
  BulkProgressed: { version: 1 },
} as const satisfies EventTypes<BulkEvent>;
