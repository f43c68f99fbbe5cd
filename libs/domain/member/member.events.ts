import type { EventTypes, Message } from '@app/kernel';

export type Role = 'owner' | 'manager' | 'agent';

/** A person joined the staff. `memberId` is of this program alone, whoever else has the same user id. */
export type MemberAdded = Message<'MemberAdded', { programId: string; memberId: string; userId: string; name: string; email: string; role: Role }>;

export type MemberEvent = MemberAdded;

export const memberEventTypes = {
  MemberAdded: { version: 1, sealed: ['name', 'email'], subject: 'memberId' },
} as const satisfies EventTypes<MemberEvent>;
