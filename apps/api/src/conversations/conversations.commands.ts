import { Post, Put } from '@nestjs/common';
import { HandleConversation } from '@app/application';
import { Id } from '../http/id-param.js';
import { withBody, type PlainCommands } from '../http/plain-commands.js';
import { AssignConversationDto } from './conversations.requests.dto.js';

export const conversationCommands: PlainCommands = {
  permission: 'conversations:write',
  id: Id(),
  idField: 'conversationId',
  commands: [
    withBody(AssignConversationDto, {
      name: 'assign',
      route: Put(':id/assignee'),
      mutation: 'assignConversation',
      description: 'Assigns the conversation to a member of staff, or to nobody.',
      command: (id, { id: by }, context, { assignee }) =>
        new HandleConversation(id, { type: 'AssignConversation', data: { assignee, by } }, context),
    }),
    {
      name: 'read',
      route: Post(':id/read'),
      mutation: 'readConversation',
      description: 'A member of staff has opened the conversation: moves it from Unread to Read.',
      command: (id, { id: by }, context) =>
        new HandleConversation(id, { type: 'ReadConversation', data: { by } }, context),
    },
    {
      name: 'unread',
      route: Post(':id/unread'),
      mutation: 'markConversationUnread',
      description: 'Moves the conversation back to Unread, with its count of answers.',
      command: (id, { id: by }, context) => new HandleConversation(id, { type: 'MarkUnread', data: { by } }, context),
    },
    {
      name: 'archive',
      route: Post(':id/archive'),
      mutation: 'archiveConversation',
      description: 'Moves the conversation out of the inbox until the contact writes again.',
      command: (id, { id: by }, context) =>
        new HandleConversation(id, { type: 'ArchiveConversation', data: { by } }, context),
    },
  ],
};
