import type { Projection } from '@app/eventing';
import { unlessErased } from '@app/kernel';
import type { MemberEvent, Role } from '@app/domain/member';

/** Name and email are `null` where they were erased. */
export type MemberRow = { readonly id: string; readonly programId: string; readonly userId: string; readonly name: string | null; readonly email: string | null; readonly role: Role };

export const membersProjection: Projection<MemberEvent, MemberRow> = {
  name: 'members',
  categories: ['member'],
  indexes: { program: ['programId'] },
  touches: (event) => event.aggregateId,
  evolve: (_row, { aggregateId: id, data: { programId, userId, name, email, role } }) => ({ id, programId, userId, name: unlessErased(name, null), email: unlessErased(email, null), role }),
};
