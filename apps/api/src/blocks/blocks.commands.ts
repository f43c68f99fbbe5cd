import { Post } from '@nestjs/common';
import { HandleBlock } from '@app/application';
import { Id } from '../http/id-param.js';
import type { PlainCommands } from '../http/plain-commands.js';

export const blockCommands: PlainCommands = {
  permission: 'conversations:write',
  id: Id(),
  idField: 'blockId',
  commands: [
    {
      name: 'lift',
      route: Post(':id/lift'),
      mutation: 'liftBlock',
      description: 'Ends the block. What it kept out is shown in its conversations, without alerts.',
      command: (blockId, { id: by }, context) =>
        new HandleBlock(blockId, { type: 'LiftBlock', data: { blockId, by } }, context),
    },
  ],
};
