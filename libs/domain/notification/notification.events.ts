import type { EventTypes, Message } from '@app/kernel';

export type NotifiedPerson = { readonly kind: 'contact' | 'member'; readonly id: string };

/** Somebody whom a message concerns, and why they get no email about it. */
export type NotNotified = { readonly person: NotifiedPerson; readonly reason: string };

/**
 * The people notified of a message by email, decided once, when it was written; may be nobody. `notNotified`: whom it
 * concerns besides (missing in earlier events).
 */
export type NotificationDecided = Message<
  'NotificationDecided',
  { messageId: string; conversationId: string; people: readonly NotifiedPerson[]; notNotified?: readonly NotNotified[] }
>;

export type NotificationEvent = NotificationDecided;

export const notificationEventTypes = {
  NotificationDecided: { version: 1 },
} as const satisfies EventTypes<NotificationEvent>;
