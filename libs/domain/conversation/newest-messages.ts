import { DomainError } from '@app/kernel';
import type { ConversationEvent } from './conversation.events.js';

/**
 * `by` is `null` for a message of the contact and for an automatic one. Also for a note, which holds no reply, but may be
 * the last entry that an author has seen.
 */
export type NewestMessage = { readonly messageId: string; readonly by: string | null; readonly revision: number };

/** How many messages are remembered: who has seen none of them is shown the newest. */
const REMEMBERED_MESSAGES = 20;

/** The newest message of a colleague after the last one that the author has seen. */
export function newestOfColleagues(
  newest: readonly NewestMessage[],
  lastSeen: string,
  author: string,
): NewestMessage | undefined {
  const seen = newest.findLastIndex(({ messageId }) => messageId === lastSeen);
  return newest.slice(seen + 1).findLast(({ by }) => by !== null && by !== author);
}

export function newestAfter(
  newest: readonly NewestMessage[],
  event: ConversationEvent,
  revision: number,
): readonly NewestMessage[] {
  switch (event.type) {
    case 'MessageSent':
    case 'MessageReceived':
    case 'AutomatedTextSent':
    case 'NoteAdded':
      break;
    default:
      return newest;
  }
  const by = event.type === 'MessageSent' ? event.data.by : null;
  return [...newest.slice(1 - REMEMBERED_MESSAGES), { messageId: event.data.messageId, by, revision }];
}

/** A colleague has written since the author last looked; the reply was not sent. */
export class ColleagueReplied extends DomainError {
  readonly code = 'ColleagueReplied';
  override readonly field = 'lastSeen';
  override readonly about;
  /** @param at when the newer message was sent (ISO 8601) */
  constructor(
    readonly newer: NewestMessage,
    at: string | null = null,
  ) {
    super('A colleague has written since; read it, and send again with its id as `lastSeen`, or without `lastSeen`');
    this.about = { newer: { messageId: newer.messageId, by: newer.by, at } };
  }
}
