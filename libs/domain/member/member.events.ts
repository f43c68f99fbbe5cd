import type { EventTypes, Message, Personal } from '@app/kernel';

export type Role = 'owner' | 'manager' | 'agent';

/** A person joined the staff. `memberId` belongs to this program only, even if the user id is used in another one. */
export type MemberAdded = Message<
  'MemberAdded',
  { programId: string; memberId: string; userId: string; name: Personal<string>; email: Personal<string>; role: Role }
>;

/** A person left the staff. `by` is the user id of the person who removed them. */
export type MemberRemoved = Message<'MemberRemoved', { userId: string; by: string }>;

export type MemberEvent = MemberAdded | MemberRemoved;

export const memberEventTypes = {
  MemberAdded: { version: 1, sealed: { name: 'memberId', email: 'memberId' } },
  MemberRemoved: { version: 1 },
} as const satisfies EventTypes<MemberEvent>;
