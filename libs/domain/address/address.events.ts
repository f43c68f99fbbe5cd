import type { EventTypes, Message } from '@app/kernel';

/** A contact has this phone number. */
export type AddressHeld = Message<'AddressHeld', { contactId: string }>;
export type AddressReleased = Message<'AddressReleased', { contactId: string }>;
/** A text was sent from the sender to this number, in that conversation. `at` is ISO 8601. */
export type AddressTexted = Message<
  'AddressTexted',
  { contactId: string; conversationId: string; senderId: string; at: string }
>;

/**
 * The only owner of the number was erased, so content from the number is erased too. `erasures` counts the erasures so
 * far.
 */
export type AddressErased = Message<'AddressErased', { erasures: number }>;

export type AddressEvent = AddressHeld | AddressReleased | AddressTexted | AddressErased;

export const addressEventTypes = {
  AddressHeld: { version: 1 },
  AddressReleased: { version: 1 },
  AddressTexted: { version: 1 },
  AddressErased: { version: 1 },
} as const satisfies EventTypes<AddressEvent>;
