import {
  canHave,
  decideByType,
  DomainError,
  may,
  type Decider,
  type MemberRole,
  type Message,
  type Open,
  type Permission,
} from '@app/kernel';
import type {
  ConversationsHandedOver,
  MemberAdded,
  MemberEvent,
  MemberRemoved,
  MemberRoleChanged,
  PermissionGiven,
} from './member.events.js';

export type MemberCommand =
  | Message<'AddMember', Open<MemberAdded['data']>>
  | Message<'ChangeMemberRole', MemberRoleChanged['data']>
  | Message<'GivePermission' | 'WithdrawPermission', PermissionGiven['data']>
  | Message<'RemoveMember', MemberRemoved['data']>
  | Message<'NoteHandover', ConversationsHandedOver['data']>;

type CurrentMember = MemberAdded['data'] & {
  readonly status: 'member';
  readonly ownerTerms: number;
  /** How the member's permissions differ from those of the role. */
  readonly given: readonly Permission[];
  readonly withdrawn: readonly Permission[];
};

/**
 * A member of staff, or not yet, or no longer. `againAt` is undefined before conversations were handed over.
 * `ownerTerms` counts how often this person became an owner who may keep the staff.
 */
export type Member =
  | { readonly status: 'none'; readonly ownerTerms: number }
  | { readonly status: 'removed'; readonly ownerTerms: number; readonly againAt?: string | null }
  | CurrentMember;

export const memberDecider: Decider<Member, MemberCommand, MemberEvent> = {
  initialState: { status: 'none', ownerTerms: 0 },

  decide: decideByType<Member, MemberCommand, MemberEvent>({
    AddMember(data, state) {
      if (state.status !== 'member') return [{ type: 'MemberAdded', data }];
      if (state.role !== data.role) throw new MemberExists();
      return [];
    },
    ChangeMemberRole: (data, state) =>
      changeable(data, state).role === data.role ? [] : [{ type: 'MemberRoleChanged', data }],
    GivePermission(data, state) {
      const member = changeable(data, state);
      if (!canHave(member.role, data.permission)) throw new PermissionNotForRole(data.permission, member.role);
      return may(member, data.permission) ? [] : [{ type: 'PermissionGiven', data }];
    },
    WithdrawPermission: (data, state) =>
      may(changeable(data, state), data.permission) ? [{ type: 'PermissionWithdrawn', data }] : [],
    RemoveMember(data, state) {
      if (state.status === 'none') throw new MemberNotFound();
      if (data.by === data.userId) throw new CannotRemoveYourself();
      if (state.status === 'removed') return [];
      if (data.successor === data.userId) throw new NotAssignable();
      return [{ type: 'MemberRemoved', data }];
    },
    // Several processes may hand over the same conversations.
    NoteHandover: (data, state) =>
      state.status === 'removed' && state.againAt !== data.againAt && state.againAt !== null
        ? [{ type: 'ConversationsHandedOver', data }]
        : [],
  }),

  evolve(state, event) {
    const next = after(state, event);
    return keepsStaff(next) && !keepsStaff(state) ? { ...next, ownerTerms: next.ownerTerms + 1 } : next;
  },
};

function after(state: Member, event: MemberEvent): Member {
  const { ownerTerms } = state;
  switch (event.type) {
    case 'MemberAdded':
      return { status: 'member', ...event.data, given: [], withdrawn: [], ownerTerms };
    case 'MemberRemoved':
      return { status: 'removed', ownerTerms };
    case 'ConversationsHandedOver':
      return state.status === 'removed' ? { ...state, againAt: event.data.againAt } : state;
    default:
      return state.status === 'member' ? { ...state, ...permissionsAfter(state, event) } : state;
  }
}

/** Whether the member is an owner who can make others owners; a program needs one. */
export const keepsStaff = (member: Member | null): member is CurrentMember =>
  member?.status === 'member' && may(member, 'members:write');

type Differences = { readonly given: readonly Permission[]; readonly withdrawn: readonly Permission[] };

/** The role and the differences from it, after an event. */
export function permissionsAfter(
  { role, given, withdrawn }: Differences & { readonly role: MemberRole },
  { type, data }: Extract<MemberEvent, { type: 'MemberRoleChanged' | 'PermissionGiven' | 'PermissionWithdrawn' }>,
): Differences & { readonly role: MemberRole } {
  if (type === 'MemberRoleChanged') return { role: data.role, given: [], withdrawn: [] };
  const others = (list: readonly Permission[]): readonly Permission[] => list.filter((one) => one !== data.permission);
  return type === 'PermissionGiven'
    ? { role, given: [...others(given), data.permission], withdrawn: others(withdrawn) }
    : { role, given: others(given), withdrawn: [...others(withdrawn), data.permission] };
}

/** @throws MemberNotFound, CannotChangeYourself */
function changeable({ userId, by }: { readonly userId: string; readonly by: string }, state: Member): CurrentMember {
  if (state.status !== 'member') throw new MemberNotFound();
  if (by === userId) throw new CannotChangeYourself();
  return state;
}

/** Whether conversations can be assigned to a person. */
export const isAssignable = (member: CurrentMember | null): boolean =>
  member !== null && may(member, 'conversations:write');

export class MemberNotFound extends DomainError {
  readonly code = 'MemberNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('The program’s staff has no such member');
  }
}
export class MemberExists extends DomainError {
  readonly code = 'MemberExists';
  override readonly field = 'userId';
  constructor() {
    super('This person is a member already, in another role; change the role instead');
  }
}
export class CannotRemoveYourself extends DomainError {
  readonly code = 'CannotRemoveYourself';
  constructor() {
    super('You cannot end your own membership; another owner can');
  }
}
export class CannotChangeYourself extends DomainError {
  readonly code = 'CannotChangeYourself';
  constructor() {
    super('You cannot change your own role or permissions; another owner can');
  }
}
export class PermissionNotForRole extends DomainError {
  readonly code = 'PermissionNotForRole';
  override readonly field = 'permission';
  constructor(permission: Permission, role: MemberRole) {
    super(`The permission ${permission} cannot be given to a member in the role ${role}; change the role instead`);
  }
}
/** The named person cannot be responsible for conversations. */
export class NotAssignable extends DomainError {
  readonly code = 'NotAssignable';
  constructor() {
    super('Conversations can be assigned only to a member who may write in them; choose another person, or nobody');
  }
}
/** The named person cannot read notes. */
export class NotMentionable extends DomainError {
  readonly code = 'NotMentionable';
  override readonly field = 'mentions';
  constructor(readonly userId: string) {
    super('A note can mention only members of the program’s staff who may read messages');
  }
}
