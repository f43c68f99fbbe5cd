import { DomainError } from './domain-error.js';

/** The roles of members of staff; `integration` is a machine. */
export const memberRoles = ['owner', 'manager', 'agent', 'reader', 'viewer', 'integration'] as const;
export type MemberRole = (typeof memberRoles)[number];
export type Role = MemberRole | 'contact';

/** `has`: the roles that include a permission. `mayGet`: the roles whose members can be given it by an owner. */
type Rule = { readonly has: readonly Role[]; readonly mayGet?: readonly MemberRole[] };

const owners = ['owner'] as const;
const managers = [...owners, 'manager'] as const;
const writers = [...managers, 'agent'] as const;
const readers = [...writers, 'reader'] as const;
const viewers = [...readers, 'viewer'] as const;

/** Who may do what: the only place. Every route, mutation and query names a permission of this table. */
const table = {
  'conversations:read': { has: viewers },
  /** The texts of messages, and their previews. A contact sees only their own. */
  'messages:read': { has: [...readers, 'contact'] },
  'conversations:write': { has: writers },
  'conversations:mute': { has: readers },
  /** Many conversations at once. */
  'conversations:bulk': { has: managers, mayGet: ['agent'] },
  'conversations:delete': { has: owners, mayGet: ['manager'] },
  'contacts:read': { has: viewers },
  'contacts:write': { has: [...writers, 'integration'] },
  'referrals:read': { has: viewers },
  'referrals:write': { has: [...writers, 'integration'] },
  'consents:write': { has: [...managers, 'integration'] },
  /** Files with many messages. */
  exports: { has: managers, mayGet: ['agent'] },
  /** Files with contacts, referrals and payouts. */
  imports: { has: [...managers, 'integration'] },
  'deliveries:read': { has: viewers },
  'deliveries:settle': { has: managers, mayGet: ['agent'] },
  'members:read': { has: managers },
  'members:write': { has: owners },
  /** What a program decides for itself, such as where its emails link to. */
  settings: { has: managers },
  'senders:read': { has: managers },
  'senders:write': { has: owners },
  /** A person's own notifications, and how they want to get them. */
  notifications: { has: [...viewers, 'contact'] },
  portal: { has: ['contact'] },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof table;
const rules: Readonly<Record<Permission, Rule>> = table;

export const permissions = Object.keys(table) as readonly Permission[];

/** A person's role, and how their permissions differ from it. */
export type Permitted = {
  readonly role: Role;
  readonly given?: readonly Permission[];
  readonly withdrawn?: readonly Permission[];
};

export const roleHas = (role: Role, permission: Permission): boolean => rules[permission].has.includes(role);

/** Whether a member in this role can have the permission: the role includes it, or an owner may give it. */
export const canHave = (role: MemberRole, permission: Permission): boolean =>
  roleHas(role, permission) || rules[permission].mayGet?.includes(role) === true;

/** Whether a person has the permission now. One that was given to them counts only while their role may get it. */
export function may({ role, given = [], withdrawn = [] }: Permitted, permission: Permission): boolean {
  if (withdrawn.includes(permission)) return false;
  return roleHas(role, permission) || (role !== 'contact' && given.includes(permission) && canHave(role, permission));
}

export const permissionsOf = (person: Permitted): readonly Permission[] =>
  permissions.filter((permission) => may(person, permission));

/** Whether a member may get a text of a conversation by email. */
export const mayGetTexts = (member: Permitted): boolean =>
  may(member, 'conversations:read') && may(member, 'messages:read');

/** Whether a member in this role is alerted of conversations that are nobody's. */
export const isAlertedOfUnassigned = (role: Role): boolean => (managers as readonly Role[]).includes(role);

/** The caller does not have the permission. */
export class NotPermitted extends DomainError {
  readonly code = 'NotPermitted';
  override readonly kind = 'forbidden';
  constructor(readonly permission: Permission) {
    super(`This requires the permission ${permission}, which you do not have; an owner of the program can change that`);
  }
}
