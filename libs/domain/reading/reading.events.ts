import type { EventTypes, Message } from '@app/kernel';

/** The user id of a member of staff, or the id of a contact. */
export type Reader = { readonly kind: 'contact' | 'member'; readonly id: string };

/**
 * A person has read a conversation up to this revision of it. `messages`: how many messages of the other side there are
 * up to there.
 */
export type ReadPositionMoved = Message<
  'ReadPositionMoved',
  { conversationId: string; reader: Reader; revision: number; messages: number }
>;

export type ReadingEvent = ReadPositionMoved;

export const readingEventTypes = {
  ReadPositionMoved: { version: 1 },
} as const satisfies EventTypes<ReadingEvent>;
