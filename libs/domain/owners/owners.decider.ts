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

  decide({ data: { others, ...data } }, owners) {
    if (isReleased(owners, data)) return [];
    if (others.every((other) => isReleased(owners, other))) throw new LastOwner();
    return [{ type: 'OwnerReleased', data }];
  },

  evolve: ({ released }, { data: { userId, term } }) => ({ released: { ...released, [userId]: term } }),
};

/** A release of an earlier term may be decided late, on an outdated state of the member. */
const isReleased = (
  { released }: Owners,
  { userId, term }: { readonly userId: string; readonly term: number },
): boolean => term <= (released[userId] ?? 0);

export class LastOwner extends DomainError {
  readonly code = 'LastOwner';
  constructor() {
    super('A program needs an owner; make another member an owner first');
  }
}
