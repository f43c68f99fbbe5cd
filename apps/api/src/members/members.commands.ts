import { Delete, Param } from '@nestjs/common';
import { HandleMember, ids } from '@app/application';
import type { PlainCommands } from '../http/plain-commands.js';

/** Members are identified by the user id of their access tokens. */
export const memberCommands: PlainCommands = {
  permission: 'members:write',
  id: Param('id'),
  idField: 'userId',
  commands: [
    {
      name: 'remove',
      route: Delete(':id'),
      mutation: 'removeMember',
      description:
        "Ends a person's membership, given by the user id of their access tokens. The tokens are refused within a minute.",
      command: (userId, { programId, id: by }, context) =>
        new HandleMember(ids.member(programId, userId), { type: 'RemoveMember', data: { userId, by } }, context),
    },
  ],
};
