import type { EmailChoice, EventTypes, Message } from '@app/kernel';

/** The user id of a member of staff, or the id of a contact. */
export type PersonRef = { readonly kind: 'contact' | 'member'; readonly id: string };

/**
 * A person chose how to be notified by a channel. `null`: as the program decides. `via` says where: signed in, or by the
 * unsubscribe link of an email.
 */
export type NotificationsChosen = Message<
  'NotificationsChosen',
  { person: PersonRef; channel: 'email'; choice: EmailChoice | null; via: 'account' | 'unsubscribe' }
>;

export type PreferenceEvent = NotificationsChosen;

export const preferenceEventTypes = {
  NotificationsChosen: { version: 1 },
} as const satisfies EventTypes<PreferenceEvent>;
