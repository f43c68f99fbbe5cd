import type { EventTypes, Message } from '@app/kernel';

/** One message as it came through the door. `form` is everything the provider posted, unknown parameters included. */
export type InboundReceived = Message<
  'InboundReceived',
  { providerId: string; addressId: string; senderId: string; from: string; text: string; form: Readonly<Record<string, string>> }
>;
/** Where it goes, decided once: a repetition after a crash follows the same way. */
export type InboundRouted = Message<'InboundRouted', { contactId: string; conversationId: string; referralId: string | null; isNewNumber: boolean; asKeyword: boolean }>;

export type InboundEvent = InboundReceived | InboundRouted;

export const inboundEventTypes = {
  InboundReceived: { version: 1, sealed: ['from', 'text', 'form'], subject: 'addressId' },
  InboundRouted: { version: 1 },
} as const satisfies EventTypes<InboundEvent>;
