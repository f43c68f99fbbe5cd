import type { EventTypes, Message, Personal } from '@app/kernel';

type OfBlock = { readonly blockId: string };

/**
 * Staff blocked a contact or a phone number; the id of the block is that of the contact or of the number. `phone` is
 * `null` for a contact. `subjectId`: the subject whose key seals it.
 */
export type BlockPlaced = Message<
  'BlockPlaced',
  OfBlock & { kind: 'contact' | 'number'; subjectId: string; phone: Personal<string | null>; by: string }
>;
/** What was blocked meanwhile goes to its conversations. */
export type BlockLifted = Message<'BlockLifted', OfBlock & { by: string }>;
/** A message that the block kept out of its conversation. `keyword`: it counts for consent all the same. */
export type MessageBlocked = Message<
  'MessageBlocked',
  OfBlock & {
    contactId: string;
    referralId: string | null;
    messageId: string;
    channel: 'in-app' | 'sms';
    source: 'portal' | 'widget' | 'text';
    text: Personal<string>;
    keyword: string | null;
    acceptedPosition: string | null;
    providerMessageId: string | null;
  }
>;

export type BlockEvent = BlockPlaced | BlockLifted | MessageBlocked;

export const blockEventTypes = {
  BlockPlaced: { version: 1, sealed: { phone: 'subjectId' } },
  BlockLifted: { version: 1 },
  MessageBlocked: { version: 1, sealed: { text: 'contactId' } },
} as const satisfies EventTypes<BlockEvent>;
