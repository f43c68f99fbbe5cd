import { Param, Post, Put } from '@nestjs/common';
import { HandleMember, ids } from '@app/application';
import { withBody, type PlainCommands } from '../http/plain-commands.js';
import { ChangeRoleDto, PermissionDto } from './members.requests.dto.js';

/** Members are identified by the user id of their access tokens. */
export const memberCommands: PlainCommands = {
  permission: 'members:write',
  id: Param('id'),
  idField: 'userId',
  commands: [
    withBody(ChangeRoleDto, {
      name: 'changeRole',
      route: Put(':id/role'),
      mutation: 'changeMemberRole',
      description:
        'Gives a member another role, with its permissions: earlier ones given or withdrawn no longer count. In force within a minute.',
      command: (userId, { programId, id: by }, context, { role }) =>
        new HandleMember(
          ids.member(programId, userId),
          { type: 'ChangeMemberRole', data: { userId, role, by } },
          context,
        ),
    }),
    withBody(PermissionDto, {
      name: 'givePermission',
      route: Post(':id/permissions/give'),
      mutation: 'givePermission',
      description:
        'Gives a member a permission that was withdrawn, or one that the role may get. In force within a minute.',
      command: (userId, { programId, id: by }, context, { permission }) =>
        new HandleMember(
          ids.member(programId, userId),
          { type: 'GivePermission', data: { userId, permission, by } },
          context,
        ),
    }),
    withBody(PermissionDto, {
      name: 'withdrawPermission',
      route: Post(':id/permissions/withdraw'),
      mutation: 'withdrawPermission',
      description: 'Takes a permission from a member, whatever the role. In force within a minute.',
      command: (userId, { programId, id: by }, context, { permission }) =>
        new HandleMember(
          ids.member(programId, userId),
          { type: 'WithdrawPermission', data: { userId, permission, by } },
          context,
        ),
    }),
  ],
};
