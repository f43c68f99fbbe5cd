import type { EventTypes, Message, Personal } from '@app/kernel';

/**
 * One message as it was accepted. `subjectId` is whose key seals it: the address, as often as it was erased. `form` is everything the provider posted, unknown parameters included; of a message that was
 * found in the provider's list, the parameters that the list knows. `sentAt` is the time (ISO 8601) that the list gives such a
 * message; null for one that came by webhook, which says no time.
 */
export type InboundReceived = Message<
  'InboundReceived',
  {
    providerMessageId: string;
    addressId: string;
    subjectId: string;
    senderId: string;
    from: Personal<string>;
    text: Personal<string>;
    form: Personal<Readonly<Record<string, string>>>;
    sentAt: string | null;
  }
>;
/** Where it goes, decided once: a repetition after a crash follows the same way. */
export type InboundRouted = Message<
  'InboundRouted',
  { contactId: string; conversationId: string; referralId: string | null; isNewNumber: boolean; asKeyword: boolean }
>;

export type InboundEvent = InboundReceived | InboundRouted;

export const inboundEventTypes = {
  InboundReceived: { version: 1, sealed: { from: 'subjectId', text: 'subjectId', form: 'subjectId' } },
  InboundRouted: { version: 1 },
} as const satisfies EventTypes<InboundEvent>;
