import type { EventTypes, Message } from '@app/kernel';

export type NotifiedPerson = { readonly kind: 'contact' | 'member'; readonly id: string };

/** The people notified of a message by email, decided once, when it was written; may be nobody. */
export type NotificationDecided = Message<
  'NotificationDecided',
  { messageId: string; conversationId: string; people: readonly NotifiedPerson[] }
>;

export type NotificationEvent = NotificationDecided;

export const notificationEventTypes = {
  NotificationDecided: { version: 1 },
} as const satisfies EventTypes<NotificationEvent>;
