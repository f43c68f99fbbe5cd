import type { Decider, Message } from '@app/kernel';
import type { NotificationDecided, NotificationEvent, NotifiedPerson } from './notification.events.js';

export type NotificationCommand = Message<'DecideNotification', NotificationDecided['data']>;

/** Who is told about one message; `null` until that is decided. */
export type Notification = { readonly people: readonly NotifiedPerson[] | null };

/**
 * Staff, members and addresses change; the topic may be read again from its beginning. What was decided first stands, so
 * that nobody is told later of what was written before.
 */
export const notificationDecider: Decider<Notification, NotificationCommand, NotificationEvent> = {
  initialState: { people: null },
  decide: (command, { people }) => (people === null ? [{ type: 'NotificationDecided', data: command.data }] : []),
  evolve: (_state, { data: { people } }) => ({ people }),
};
