import { DomainError, type Position } from '@app/kernel';
import type { ConversationEvent, MessageMoved } from './conversation.events.js';

type About = Pick<MessageMoved['data'], 'conversationId' | 'contactId' | 'referralId'>;
type Where = { readonly to: string; readonly receivedPosition: Position };
/** The messages that were received in the conversation and are in another one now. */
export type Moved = Readonly<Record<string, Where>>;
type Home = About & { readonly moved: Moved };

/**
 * Every move of a message is stored in the conversation that received it, so that two moves at once are decided one
 * after the other. @throws MessageNotFound
 */
export function moveMessage(
  data: Omit<MessageMoved['data'], keyof About>,
  { conversationId, contactId, referralId, moved }: Home,
): readonly ConversationEvent[] {
  const current = moved[data.messageId]?.to ?? conversationId;
  if (current === data.to) return [];
  if (current !== data.from) throw new MessageNotFound('messageId');
  return [{ type: 'MessageMoved', data: { conversationId, contactId, referralId, ...data } }];
}

/** The text of a message is lost with the key of the conversation that received it, so it is deleted there. */
export const movedBack = (by: string, { moved, ...about }: Home): readonly ConversationEvent[] =>
  Object.entries(moved).flatMap(([messageId, { to: from, receivedPosition }]) => {
    const home = { to: about.conversationId, toReferralId: about.referralId };
    return moveMessage({ messageId, from, ...home, receivedPosition, by }, { ...about, moved });
  });

export function movedAfter(moved: Moved, event: ConversationEvent): Moved {
  if (event.type !== 'MessageMoved') return moved;
  const { messageId, to, receivedPosition, conversationId } = event.data;
  const others = Object.fromEntries(Object.entries(moved).filter(([id]) => id !== messageId));
  return to === conversationId ? others : { ...others, [messageId]: { to, receivedPosition } };
}

export class MessageNotFound extends DomainError {
  readonly code = 'MessageNotFound';
  override readonly kind = 'not-found';
  constructor(override readonly field: string) {
    super('The conversation has no such message');
  }
}
export class MessageNotMovable extends DomainError {
  readonly code = 'MessageNotMovable';
  override readonly field = 'messageId';
  constructor() {
    super('Only a message of the contact can be moved');
  }
}
export class OtherContact extends DomainError {
  readonly code = 'OtherContact';
  override readonly field = 'to';
  constructor() {
    super('A message can be moved only to another conversation of its contact');
  }
}
