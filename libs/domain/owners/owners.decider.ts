import { DomainError, type Decider, type Message } from '@app/kernel';
import type { OwnerReleased, OwnersEvent } from './owners.events.js';

/** `others`: the owners at present, without this one. */
export type OwnersCommand = Message<
  'ReleaseOwner',
  OwnerReleased['data'] & { readonly others: readonly { readonly userId: string; readonly term: number }[] }
>;

/** The last term that each former owner was released from, by user id. */
export type Owners = { readonly released: Readonly<Record<string, number>> };

/**
 * The owners of a program, of whom one must remain. They are in separate streams, so two could end each other's role at
 * the same time; here the second sees the first.
 */
export const ownersDecider: Decider<Owners, OwnersCommand, OwnersEvent> = {
  initialState: { released: {} },

  decide({ data: { others, ...data } }, { released }) {
    if (released[data.userId] === data.term) return [];
    if (others.every(({ userId, term }) => released[userId] === term)) throw new LastOwner();
    return [{ type: 'OwnerReleased', data }];
  },

  evolve: ({ released }, { data: { userId, term } }) => ({ released: { ...released, [userId]: term } }),
};

export class LastOwner extends DomainError {
  readonly code = 'LastOwner';
  constructor() {
    super('A program needs an owner; make another member an owner first');
  }
}
