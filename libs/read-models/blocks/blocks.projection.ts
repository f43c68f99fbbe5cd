import { unlessErased } from '@app/kernel';
import { defineReadModel } from '../define-read-model.js';

/** A blocked contact or phone number. */
export type BlockRow = {
  readonly id: string;
  readonly programId: string;
  readonly kind: 'contact' | 'number';
  /** Of a number; `null` if it was erased. */
  readonly phone: string | null;
  readonly by: string;
  readonly blockedAt: string;
  /** How many messages it has kept out. */
  readonly messages: number;
  readonly lastMessageAt: string | null;
  /** Position at which it was placed: the order of the list. */
  readonly placed: string;
};

export const blocksModel = defineReadModel<BlockRow>()({
  name: 'blocks',
  handles: ['BlockPlaced', 'BlockLifted', 'MessageBlocked', 'AddressErased'],
  indexes: { program: ['programId', 'placed'] },
  touches: (event) => event.aggregateId,

  evolve(row, event, id) {
    const { programId, occurredAt } = event.metadata;
    if (event.type === 'BlockPlaced') {
      const { kind, by } = event.data;
      const phone = unlessErased(event.data.phone, null);
      const none = { messages: 0, lastMessageAt: null };
      return { id, programId, kind, phone, by, blockedAt: occurredAt, ...none, placed: event.position };
    }
    if (row === null || event.type === 'BlockLifted') return null;
    return event.type === 'AddressErased'
      ? { ...row, phone: null }
      : { ...row, messages: row.messages + 1, lastMessageAt: occurredAt };
  },
});
