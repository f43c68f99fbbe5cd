import type { Projection } from '@app/eventing';
import type { MemberEvent, Role } from '@app/domain/member';

export type MemberRow = { readonly id: string; readonly programId: string; readonly userId: string; readonly name: string; readonly email: string; readonly role: Role };

export const membersProjection: Projection<MemberEvent, MemberRow> = {
  name: 'members',
  categories: ['member'],
  indexes: { program: ['programId'] },
  touches: (event) => event.aggregateId,
  evolve: (_row, { aggregateId: id, data: { programId, userId, name, email, role } }) => ({ id, programId, userId, name, email, role }),
};
