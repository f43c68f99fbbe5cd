import { Delete, Post } from '@nestjs/common';
import { HandleContact } from '@app/application';
import { Id } from '../http/id-param.js';
import type { PlainCommands } from '../http/plain-commands.js';

export const contactCommands: PlainCommands = {
  permission: 'contacts:write',
  id: Id(),
  idField: 'contactId',
  commands: [
    {
      name: 'remove',
      route: Delete(':id'),
      mutation: 'removeContact',
      description:
        'The contact leaves the program: the portal refuses their tokens within a minute, and nothing is sent to them in the app. The record stays.',
      command: (id, { id: by }, context) => new HandleContact(id, { type: 'RemoveContact', data: { by } }, context),
    },
    {
      name: 'restore',
      route: Post(':id/restore'),
      mutation: 'restoreContact',
      description: 'Takes a removed contact back, with the portal account of before.',
      command: (id, { id: by }, context) => new HandleContact(id, { type: 'RestoreContact', data: { by } }, context),
    },
  ],
};
