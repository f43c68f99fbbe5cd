import { unlessErased, type MemberRole, type Permission } from '@app/kernel';
import { permissionsAfter } from '@app/domain/member';
import { defineReadModel } from '../define-read-model.js';

/** A current or former member of staff. Name and email are `null` if they were erased. */
export type MemberRow = {
  readonly id: string;
  readonly programId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: MemberRole;
  /**
   * How the member's permissions differ from those of the role. Rows written before these fields existed have none until
   * a rebuild.
   */
  readonly given?: readonly Permission[];
  readonly withdrawn?: readonly Permission[];
  readonly isRemoved: boolean;
  /** When the conversations of a former member are handed over; `null`: they are not, or no more. */
  readonly handoverAt: string | null;
  readonly revision: number;
};

export const membersProjection = defineReadModel<MemberRow>()({
  name: 'members',
  handles: [
    'MemberAdded',
    'MemberRoleChanged',
    'PermissionGiven',
    'PermissionWithdrawn',
    'MemberRemoved',
    'ConversationsHandedOver',
  ],
  indexes: { program: ['programId', 'isRemoved'], handover: ['programId', 'isRemoved', 'handoverAt'] },
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    const { revision } = event;
    if (event.type === 'MemberAdded') {
      const { programId, userId, name, email, role } = event.data;
      return {
        id: event.aggregateId,
        programId,
        userId,
        name: unlessErased(name, null),
        email: unlessErased(email, null),
        role,
        given: [],
        withdrawn: [],
        isRemoved: false,
        handoverAt: null,
        revision,
      };
    }
    if (row === null) return null;
    switch (event.type) {
      case 'MemberRemoved':
        return { ...row, isRemoved: true, handoverAt: event.metadata.occurredAt, revision };
      case 'ConversationsHandedOver':
        return { ...row, handoverAt: event.data.againAt, revision };
      default:
        return { ...row, ...permissionsAfter({ given: [], withdrawn: [], ...row }, event), revision };
    }
  },
});
