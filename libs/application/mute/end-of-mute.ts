import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { DueWork } from '@app/eventing';
import { mutesModel, type MuteRow } from '@app/read-models';
import { systemContext } from '../commands/ids.js';
import { HandleMute } from './mute.handler.js';

/** Ends a mute when it is due. */
@Injectable()
export class EndOfMute implements DueWork<MuteRow> {
  readonly model = mutesModel;
  readonly startedBy = ['ConversationMuted'];
  readonly index = 'due';
  readonly pending = { isMuted: true };
  readonly time = 'until';

  constructor(private readonly commands: CommandBus) {}

  async do({ programId, conversationId, userId, until }: MuteRow): Promise<void> {
    if (until === null) return;
    const intent = { type: 'EndMute', data: { userId, at: until } } as const;
    await this.commands.execute(new HandleMute(conversationId, intent, systemContext(programId, 'automation')));
  }
}
