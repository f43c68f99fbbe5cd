import {
  canHave,
  isAlertedOfUnassigned,
  may,
  memberRoles,
  permissions,
  permissionsOf,
  roleHas,
  type Permission,
  type Role,
} from './index.js';

describe('G4: roles', () => {
  it('each permission belongs to a role', () => {
    for (const permission of permissions)
      expect([...memberRoles, 'contact' as const].some((role) => roleHas(role, permission))).toBe(true);
  });

  it('a permission that was withdrawn is gone, whatever the role', () => {
    for (const permission of permissions)
      for (const role of memberRoles)
        expect(may({ role, given: [permission], withdrawn: [permission] }, permission)).toBe(false);
  });

  it('a permission that was given counts only in a role that may get it', () => {
    for (const permission of permissions)
      for (const role of memberRoles)
        expect(may({ role, given: [permission] }, permission)).toBe(canHave(role, permission));
    expect(may({ role: 'contact', given: ['conversations:read'] }, 'conversations:read')).toBe(false);
  });

  it('a reader changes only their own mutes and notifications, a viewer reads no message, an integration no conversation', () => {
    const own = (role: (typeof memberRoles)[number]) => permissionsOf({ role });
    expect(own('reader').filter((permission) => !permission.endsWith(':read'))).toEqual([
      'conversations:mute',
      'notifications',
    ]);
    expect(own('viewer').filter((permission) => !permission.endsWith(':read'))).toEqual(['notifications']);
    expect(own('viewer')).not.toContain('messages:read');
    expect(own('integration')).toEqual(['contacts:write', 'referrals:write', 'consents:write', 'imports']);
  });

  it('owners and managers are alerted of conversations that are nobody’s', () => {
    expect(memberRoles.filter(isAlertedOfUnassigned)).toEqual(['owner', 'manager']);
  });
});

/** The matrix of the requirements: the initials of the roles that include a permission, and of those that may get it. */
const matrix: Readonly<Record<Permission, readonly [has: string, mayGet?: string]>> = {
  'conversations:read': ['omarv'],
  'messages:read': ['omarc'],
  'conversations:write': ['oma'],
  'conversations:mute': ['omar'],
  'conversations:bulk': ['om', 'a'],
  'conversations:delete': ['o', 'm'],
  'contacts:read': ['omarv'],
  'contacts:write': ['omai'],
  'referrals:read': ['omarv'],
  'referrals:write': ['omai'],
  'consents:write': ['omi'],
  exports: ['om', 'a'],
  imports: ['omi'],
  'deliveries:read': ['omarv'],
  'deliveries:settle': ['om', 'a'],
  'members:read': ['om'],
  'members:write': ['o'],
  settings: ['om'],
  'senders:read': ['om'],
  'senders:write': ['o'],
  notifications: ['omarvc'],
  portal: ['c'],
};

it.each(Object.entries(matrix))('G4: %s belongs to the roles of the requirement', (name, [has, mayGet = '']) => {
  const permission = name as Permission;
  const initials = (roles: readonly Role[]): string => roles.map((role) => role.charAt(0)).join('');
  expect(initials([...memberRoles, 'contact' as const].filter((role) => roleHas(role, permission)))).toBe(has);
  expect(initials(memberRoles.filter((role) => canHave(role, permission) && !roleHas(role, permission)))).toBe(mayGet);
});
