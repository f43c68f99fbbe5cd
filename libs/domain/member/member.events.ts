import type { EventTypes, Message } from '@app/kernel';

export type Role = 'owner' | 'manager' | 'agent';

export type MemberAdded = Message<'MemberAdded', { programId: string; userId: string; name: string; email: string; role: Role }>;

export type MemberEvent = MemberAdded;

export const memberEventTypes = {
  MemberAdded: { version: 1, sealed: ['name', 'email'], subject: 'userId' },
} as const satisfies EventTypes<MemberEvent>;
