import type { EventTypes, Message } from '@app/kernel';

/** A contact has this phone number. */
export type AddressHeld = Message<'AddressHeld', { contactId: string }>;
export type AddressReleased = Message<'AddressReleased', { contactId: string }>;
/** A text went from the sender to this number, in that conversation. `at` is ISO 8601. */
export type AddressTexted = Message<
  'AddressTexted',
  { contactId: string; conversationId: string; senderId: string; at: string }
>;

/** Who had it was erased, and nobody else has it: what came from it goes. `erasures` is how often that has happened by now. */
export type AddressErased = Message<'AddressErased', { erasures: number }>;

export type AddressEvent = AddressHeld | AddressReleased | AddressTexted | AddressErased;

export const addressEventTypes = {
  AddressHeld: { version: 1 },
  AddressReleased: { version: 1 },
  AddressTexted: { version: 1 },
  AddressErased: { version: 1 },
} as const satisfies EventTypes<AddressEvent>;
