import { unlessErased } from '@app/kernel';
import { defineReadModel } from '../define-read-model.js';

/** A message that a block keeps out of its conversation. */
export type BlockedMessageRow = {
  readonly id: string;
  readonly programId: string;
  readonly blockId: string;
  readonly contactId: string;
  readonly channel: 'in-app' | 'sms';
  /** `null` if it was erased. */
  readonly text: string | null;
  readonly keyword: string | null;
  readonly at: string;
  /** Position at which it was accepted. */
  readonly order: string;
};

export const blockedMessagesModel = defineReadModel<BlockedMessageRow>()({
  name: 'blocked_messages',
  handles: ['MessageBlocked', 'BlockLifted', 'ContactErased'],
  indexes: { block: ['programId', 'blockId', 'order'], contact: ['programId', 'contactId'] },
  touches({ type, data, metadata: { programId } }) {
    if (type === 'BlockLifted') return { index: 'block', equals: { programId, blockId: data.blockId } };
    if (type === 'ContactErased') return { index: 'contact', equals: { programId, contactId: data.contactId } };
    return data.messageId;
  },

  evolve(row, event, id) {
    if (event.type === 'BlockLifted') return null;
    if (event.type === 'ContactErased') return row && { ...row, text: null };
    const { blockId, contactId, channel, text, keyword, acceptedPosition } = event.data;
    return {
      id,
      programId: event.metadata.programId,
      blockId,
      contactId,
      channel,
      text: unlessErased(text, null),
      keyword,
      at: event.metadata.occurredAt,
      order: acceptedPosition ?? event.position,
    };
  },
});
