import type { Actor } from '@app/kernel';

export const roles = ['owner', 'manager', 'agent', 'contact'] as const;
export type CallerRole = (typeof roles)[number];

export type Permission =
  | 'conversations:read'
  | 'conversations:write'
  | 'contacts:read'
  | 'contacts:write'
  | 'referrals:read'
  | 'referrals:write'
  | 'consents:write'
  | 'deliveries:read'
  | 'deliveries:settle'
  | 'members:write'
  | 'portal';

const agent: readonly Permission[] = [
  'conversations:read',
  'conversations:write',
  'contacts:read',
  'contacts:write',
  'referrals:read',
  'consents:write',
  'deliveries:read',
];
const manager: readonly Permission[] = [...agent, 'referrals:write', 'deliveries:settle'];
const owner: readonly Permission[] = [...manager, 'members:write'];

/** The permissions of each role. A contact has only the portal. */
export const permissionsOf: Readonly<Record<CallerRole, readonly Permission[]>> = {
  owner,
  manager,
  agent,
  contact: ['portal'],
};

/** The sender of the request, from the access token. `id` is a user's id, or a contact's. */
export type Caller = { readonly programId: string; readonly id: string; readonly role: CallerRole };

export const actorOf = ({ id, role }: Caller): Actor => ({ kind: role === 'contact' ? 'contact' : 'staff', id });

/** The key of the caller's quota: the same person of the same program, with any token. */
export const callerKey = ({ programId, role, id }: Caller): string => JSON.stringify([programId, role, id]);
