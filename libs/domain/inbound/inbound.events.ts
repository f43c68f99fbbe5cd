import type { EventTypes, Message, Personal } from '@app/kernel';

/**
 * A message as it was accepted. `subjectId` is the subject whose key seals it: the address, with the number of its
 * erasures. `form` holds all parameters posted by the provider, including unknown ones; for a message found in the
 * provider's list, the parameters in the list. `sentAt` is the time (ISO 8601) of such a message in the list; null for
 * a webhook, which contains no time.
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
/**
 * The route of the message, decided once: a repetition after a crash uses the same route. `blockId`: the block that keeps
 * it out of the conversation, if there was one.
 */
export type InboundRouted = Message<
  'InboundRouted',
  {
    contactId: string;
    conversationId: string;
    referralId: string | null;
    isNewNumber: boolean;
    asKeyword: boolean;
    blockId?: string | null;
  }
>;

export type InboundEvent = InboundReceived | InboundRouted;

export const inboundEventTypes = {
  InboundReceived: { version: 1, sealed: { from: 'subjectId', text: 'subjectId', form: 'subjectId' } },
  InboundRouted: { version: 1 },
} as const satisfies EventTypes<InboundEvent>;
