import { unlessErased } from '@app/kernel';
import type { Role } from '@app/domain/member';
import { defineReadModel } from '../define-read-model.js';

/** A current or former member of staff. Name and email are `null` if they were erased. */
export type MemberRow = {
  readonly id: string;
  readonly programId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: Role;
  readonly isRemoved: boolean;
};

export const membersProjection = defineReadModel<MemberRow>()({
  name: 'members',
  handles: ['MemberAdded', 'MemberRemoved'],
  indexes: { program: ['programId', 'isRemoved'] },
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    if (event.type === 'MemberRemoved') return row && { ...row, isRemoved: true };
    const { programId, userId, name, email, role } = event.data;
    return {
      id: event.aggregateId,
      programId,
      userId,
      name: unlessErased(name, null),
      email: unlessErased(email, null),
      role,
      isRemoved: false,
    };
  },
});
