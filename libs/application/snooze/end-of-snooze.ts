import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { DueWork } from '@app/eventing';
import { snoozesModel, type SnoozeRow } from '@app/read-models';
import { systemContext } from '../commands/ids.js';
import { HandleConversation } from '../conversation/conversation.command.js';

/** Ends a snooze when it is due. */
@Injectable()
export class EndOfSnooze implements DueWork<SnoozeRow> {
  readonly model = snoozesModel;
  readonly startedBy = ['ConversationSnoozed'];
  readonly index = 'due';
  readonly pending = {};
  readonly time = 'until';

  constructor(private readonly commands: CommandBus) {}

  async do({ id, programId, until }: SnoozeRow): Promise<void> {
    if (until === null) return;
    const intent = { type: 'EndSnooze', data: { at: until } } as const;
    await this.commands.execute(new HandleConversation(id, intent, systemContext(programId, 'automation')));
  }
}
