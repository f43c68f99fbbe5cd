import type { EventTypes, JsonObject, MemberRole, Message, Permission, Personal } from '@app/kernel';

/** A person joined the staff. `memberId` belongs to this program only, even if the user id is used in another one. */
export type MemberAdded = Message<
  'MemberAdded',
  {
    programId: string;
    memberId: string;
    userId: string;
    name: Personal<string>;
    email: Personal<string>;
    role: MemberRole;
  }
>;

/** A person has another role. They start with its permissions: earlier ones given or withdrawn no longer count. */
export type MemberRoleChanged = Message<'MemberRoleChanged', { userId: string; role: MemberRole; by: string }>;

/** An owner gave a member a permission that the role does not include, or one that was withdrawn. */
export type PermissionGiven = Message<'PermissionGiven', { userId: string; permission: Permission; by: string }>;

/** An owner took a permission from a member. */
export type PermissionWithdrawn = Message<
  'PermissionWithdrawn',
  { userId: string; permission: Permission; by: string }
>;

/**
 * A person left the staff. `by` is the user id of the person who removed them. `successor` becomes the assignee of their
 * conversations; `null`: nobody.
 */
export type MemberRemoved = Message<'MemberRemoved', { userId: string; by: string; successor: string | null }>;

/**
 * The conversations that were assigned to a former member were assigned to the successor, or to nobody. `againAt`: when
 * that is done once more, for conversations assigned to the member meanwhile; `null`: it is complete.
 */
export type ConversationsHandedOver = Message<'ConversationsHandedOver', { userId: string; againAt: string | null }>;

export type MemberEvent =
  MemberAdded | MemberRoleChanged | PermissionGiven | PermissionWithdrawn | MemberRemoved | ConversationsHandedOver;

export const memberEventTypes = {
  MemberAdded: { version: 1, sealed: { name: 'memberId', email: 'memberId' } },
  MemberRoleChanged: { version: 1 },
  PermissionGiven: { version: 1 },
  PermissionWithdrawn: { version: 1 },
  MemberRemoved: { version: 2 },
  ConversationsHandedOver: { version: 1 },
} as const satisfies EventTypes<MemberEvent>;

/** Upcasts stored events of older versions. */
export const memberUpcasters = {
  'MemberRemoved.v1': (data: JsonObject) => ({ type: 'MemberRemoved.v2', data: { ...data, successor: null } }),
};
