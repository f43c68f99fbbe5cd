import type { PublicConversationEvent } from '@app/public-events';

/** Name of the worker that handles the topic's messages. */
export const NOTIFIER = 'notifier';

const toStaff: readonly PublicConversationEvent['type'][] = [
  'message.received',
  'note.added',
  'conversation.unsnoozed',
];

/**
 * Later messages of a key wait behind a parked one. Emails to the staff have a key of their own, since they may have
 * to wait for a read model, which texts and emails to the contact do not need.
 */
export const parkingKey = ({ type, conversationId }: PublicConversationEvent): string =>
  toStaff.includes(type) ? `${conversationId} to staff` : conversationId;
