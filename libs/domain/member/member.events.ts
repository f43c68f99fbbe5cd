import type { EventTypes, Message, Personal } from '@app/kernel';

export type Role = 'owner' | 'manager' | 'agent';

/** A person joined the staff. `memberId` is of this program alone, whoever else has the same user id. */
export type MemberAdded = Message<
  'MemberAdded',
  { programId: string; memberId: string; userId: string; name: Personal<string>; email: Personal<string>; role: Role }
>;

/** A person left the staff. `by` is the user id of who removed them. */
export type MemberRemoved = Message<'MemberRemoved', { userId: string; by: string }>;

export type MemberEvent = MemberAdded | MemberRemoved;

export const memberEventTypes = {
  MemberAdded: { version: 1, sealed: { name: 'memberId', email: 'memberId' } },
  MemberRemoved: { version: 1 },
} as const satisfies EventTypes<MemberEvent>;
