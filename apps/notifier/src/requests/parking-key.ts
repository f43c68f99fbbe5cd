import type { PublicConversationEvent } from '@app/public-events';

/** Name of the worker that handles the topic's messages. */
export const NOTIFIER = 'notifier';

/**
 * Later messages of a key wait behind a parked one. Emails to the staff have a key of their own, since they may have
 * to wait for a read model, which texts and emails to the contact do not need.
 */
export const parkingKey = (event: PublicConversationEvent): string =>
  event.type === 'message.received' || event.type === 'note.added'
    ? `${event.conversationId} to staff`
    : event.conversationId;
