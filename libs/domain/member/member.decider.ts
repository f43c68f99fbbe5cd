import { decideByType, DomainError, type Decider, type Message, type Open } from '@app/kernel';
import type { MemberAdded, MemberEvent, MemberRemoved } from './member.events.js';

export type MemberCommand =
  Message<'AddMember', Open<MemberAdded['data']>> | Message<'RemoveMember', MemberRemoved['data']>;

/** A member of staff, or `null` before joining and after leaving. */
export type Member =
  { readonly status: 'none' } | { readonly status: 'removed' } | ({ readonly status: 'member' } & MemberAdded['data']);

export const memberDecider: Decider<Member, MemberCommand, MemberEvent> = {
  initialState: { status: 'none' },

  decide: decideByType<Member, MemberCommand, MemberEvent>({
    AddMember: (data, { status }) => (status === 'member' ? [] : [{ type: 'MemberAdded', data }]),
    RemoveMember(data, { status }) {
      if (status === 'none') throw new MemberNotFound();
      // A program must always have somebody who can manage its staff.
      if (data.by === data.userId) throw new CannotRemoveYourself();
      return status === 'member' ? [{ type: 'MemberRemoved', data }] : [];
    },
  }),

  evolve: (_state, event) =>
    event.type === 'MemberAdded' ? { status: 'member', ...event.data } : { status: 'removed' },
};

export class MemberNotFound extends DomainError {
  readonly code = 'MemberNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('The program’s staff has no such member');
  }
}
export class CannotRemoveYourself extends DomainError {
  readonly code = 'CannotRemoveYourself';
  constructor() {
    super('You cannot end your own membership; another owner can');
  }
}
