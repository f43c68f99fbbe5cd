import type { Decider, Message } from '@app/kernel';
import type { NotificationDecided, NotificationEvent, NotifiedPerson } from './notification.events.js';

export type NotificationCommand = Message<'DecideNotification', NotificationDecided['data']>;

/** The people notified of one message; `null` until that is decided. */
export type Notification = { readonly people: readonly NotifiedPerson[] | null };

/**
 * Staff, members and addresses change, and the topic may be read again from its beginning. The first decision is final,
 * so nobody is notified later of older messages.
 */
export const notificationDecider: Decider<Notification, NotificationCommand, NotificationEvent> = {
  initialState: { people: null },
  decide: (command, { people }) => (people === null ? [{ type: 'NotificationDecided', data: command.data }] : []),
  evolve: (_state, { data: { people } }) => ({ people }),
};
