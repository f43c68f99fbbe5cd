import type { Decider, Message, Open } from '@app/kernel';
import type { MemberAdded, MemberEvent } from './member.events.js';

export type MemberCommand = Message<'AddMember', Open<MemberAdded['data']>>;

/** A person of the staff, or nobody yet. */
export type Member = { readonly status: 'none' } | ({ readonly status: 'member' } & MemberAdded['data']);

export const memberDecider: Decider<Member, MemberCommand, MemberEvent> = {
  initialState: { status: 'none' },
  decide: (command, state) => (state.status === 'member' ? [] : [{ type: 'MemberAdded', data: command.data }]),
  evolve: (_state, event) => ({ status: 'member', ...event.data }),
};
