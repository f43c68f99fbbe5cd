import { DomainError, type Decider, type Message, type Open } from '@app/kernel';
import type { MemberAdded, MemberEvent, MemberRemoved } from './member.events.js';

export type MemberCommand =
  Message<'AddMember', Open<MemberAdded['data']>> | Message<'RemoveMember', MemberRemoved['data']>;

/** A member of staff, or `null` before joining and after leaving. */
export type Member =
  { readonly status: 'none' } | { readonly status: 'removed' } | ({ readonly status: 'member' } & MemberAdded['data']);

export const memberDecider: Decider<Member, MemberCommand, MemberEvent> = {
  initialState: { status: 'none' },

  decide(command, state) {
    if (command.type === 'AddMember')
      return state.status === 'member' ? [] : [{ type: 'MemberAdded', data: command.data }];
    if (state.status === 'none') throw new MemberNotFound();
    // A program must always have somebody who can manage its staff.
    if (command.data.by === command.data.userId) throw new CannotRemoveYourself();
    return state.status === 'member' ? [{ type: 'MemberRemoved', data: command.data }] : [];
  },

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
