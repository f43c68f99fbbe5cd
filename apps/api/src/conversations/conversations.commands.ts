import { Post, Put } from '@nestjs/common';
import { Field, InputType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsString, IsUUID, MaxLength, ValidateIf } from 'class-validator';
import { HandleConversation, HandleMute, HandleReading, OpenConversation } from '@app/application';
import { labelOf, LONGEST_LABEL } from '@app/domain/conversation';
import { Id } from '../http/id-param.js';
import { withBody, type PlainCommands } from '../http/plain-commands.js';
import { IsCleanText, IsTime, Optional } from '../http/validators.js';
import { LONGEST_ID } from './conversations.requests.dto.js';

@InputType({ isAbstract: true })
class AssignConversationDto {
  /** User id of a member of staff; null: unassigned, and the next member of staff who replies becomes the assignee. */
  @Field(() => String, { nullable: true })
  @ApiProperty({ type: String, nullable: true, minLength: 1 })
  @ValidateIf((_, value) => value !== null)
  @IsNotEmpty()
  @MaxLength(LONGEST_ID)
  @IsString()
  readonly assignee!: string | null;
}

@InputType({ isAbstract: true })
class MuteConversationDto {
  /** When the mute ends; if absent, it lasts until you end it. */
  @Optional() @IsTime() readonly until?: string;
}

@InputType({ isAbstract: true })
class SnoozeConversationDto {
  /** When the conversation comes back; if absent, when the contact writes. */
  @Optional() @IsTime() readonly until?: string;
}

@InputType({ isAbstract: true })
class MoveMessageDto {
  @IsUUID() readonly messageId!: string;
  /** Another conversation of the same contact. */
  @IsUUID() readonly to!: string;
}

@InputType({ isAbstract: true })
class LabelDto {
  @MaxLength(LONGEST_LABEL) @IsCleanText() readonly label!: string;
}

/** What a member of staff has to type. */
const CONFIRMATION = 'delete';

@InputType({ isAbstract: true })
class DeleteConversationDto {
  /** The word `delete`, typed by the person who deletes it. */
  @Field(() => String) @IsIn([CONFIRMATION]) readonly confirm!: string;
}

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
      description:
        'A member of staff has opened the conversation: moves it from Unread to Read, and your read position.',
      command: (id, { id: by }, context) =>
        new OpenConversation(id, { type: 'OpenConversation', data: { by } }, context),
    },
    {
      name: 'readPosition',
      route: Post(':id/read-position'),
      mutation: 'moveReadPosition',
      permission: 'conversations:mute',
      description: 'You have read the conversation up to here; it stays in its folder, and nothing changes for others.',
      command: (id, { id: reader }, context) =>
        new HandleReading(id, { type: 'MoveReadPosition', data: { reader: { kind: 'member', id: reader } } }, context),
    },
    {
      name: 'unread',
      route: Post(':id/unread'),
      mutation: 'markConversationUnread',
      description: 'Moves the conversation back to Unread, with its count of answers.',
      command: (id, { id: by }, context) => new HandleConversation(id, { type: 'MarkUnread', data: { by } }, context),
    },
    withBody(MuteConversationDto, {
      name: 'mute',
      route: Post(':id/mute'),
      mutation: 'muteConversation',
      permission: 'conversations:mute',
      description: 'You get no alerts of the conversation, for a time or until you end it; nothing else changes.',
      command: (id, { id: userId }, context, { until = null }) =>
        new HandleMute(id, { type: 'MuteConversation', data: { userId, until } }, context),
    }),
    {
      name: 'unmute',
      route: Post(':id/unmute'),
      mutation: 'unmuteConversation',
      permission: 'conversations:mute',
      description: 'You get alerts of the conversation, also when it is not yours.',
      command: (id, { id: userId }, context) =>
        new HandleMute(id, { type: 'UnmuteConversation', data: { userId } }, context),
    },
    {
      name: 'archive',
      route: Post(':id/archive'),
      mutation: 'archiveConversation',
      description: 'Moves the conversation out of the inbox until the contact writes again.',
      command: (id, { id: by }, context) =>
        new HandleConversation(id, { type: 'ArchiveConversation', data: { by } }, context),
    },
    {
      name: 'unarchive',
      route: Post(':id/unarchive'),
      mutation: 'unarchiveConversation',
      description: 'Moves an archived conversation back to the inbox, to Read.',
      command: (id, { id: by }, context) =>
        new HandleConversation(id, { type: 'UnarchiveConversation', data: { by } }, context),
    },
    withBody(SnoozeConversationDto, {
      name: 'snooze',
      route: Post(':id/snooze'),
      mutation: 'snoozeConversation',
      description:
        'Takes the conversation out of the inbox of all staff until a time, or until the contact writes. Then it is in Unread, and its assignee is alerted.',
      command: (id, { id: by }, context, { until = null }) =>
        new HandleConversation(id, { type: 'SnoozeConversation', data: { until, by } }, context),
    }),
    {
      name: 'unsnooze',
      route: Post(':id/unsnooze'),
      mutation: 'unsnoozeConversation',
      description: 'Ends the snooze: the conversation is in Unread.',
      command: (id, { id: by }, context) =>
        new HandleConversation(id, { type: 'UnsnoozeConversation', data: { by } }, context),
    },
    withBody(MoveMessageDto, {
      name: 'moveMessage',
      route: Post(':id/move-message'),
      mutation: 'moveMessage',
      description:
        'Moves a message of the contact to another of their conversations, which is in Unread then; the same way back.',
      command: (id, { id: by }, context, { messageId, to }) =>
        new HandleConversation(id, { type: 'MoveMessage', data: { messageId, from: id, to, by } }, context),
    }),
    withBody(LabelDto, {
      name: 'label',
      route: Post(':id/label'),
      mutation: 'labelConversation',
      description: 'Puts a label on the conversation, at most 20.',
      command: (id, { id: by }, context, { label }) =>
        new HandleConversation(id, { type: 'LabelConversation', data: { label: labelOf(label), by } }, context),
    }),
    withBody(LabelDto, {
      name: 'unlabel',
      route: Post(':id/unlabel'),
      mutation: 'unlabelConversation',
      description: 'Takes a label off the conversation.',
      command: (id, { id: by }, context, { label }) =>
        new HandleConversation(id, { type: 'UnlabelConversation', data: { label: labelOf(label), by } }, context),
    }),
    withBody(DeleteConversationDto, {
      name: 'delete',
      route: Post(':id/delete'),
      mutation: 'deleteConversation',
      permission: 'conversations:delete',
      description:
        'Deletes the conversation, if the policy of the program allows that. Its content cannot be restored; that it existed, and who deleted it, stays.',
      command: (id, { id: by }, context) =>
        new HandleConversation(id, { type: 'DeleteByStaff', data: { by } }, context),
    }),
  ],
};
