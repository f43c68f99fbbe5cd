import type { Actor, Permission, Role } from '@app/kernel';

/** The person that an access token names: `id` is a user's id, or a contact's. */
export type Identity = { readonly programId: string; readonly id: string; readonly kind: 'member' | 'contact' };

/** The sender of a request, with the role and permissions in force. */
export type Caller = Identity & { readonly role: Role; readonly permissions: readonly Permission[] };

export const actorOf = ({ id, role }: Caller): Actor => ({
  kind: role === 'contact' || role === 'integration' ? role : 'staff',
  id,
});

/** The key of the caller's quota: the same person of the same program, with any token. */
export const callerKey = ({ programId, kind, id }: Identity): string => JSON.stringify([programId, kind, id]);
