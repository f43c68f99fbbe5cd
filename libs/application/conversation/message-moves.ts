import { Injectable } from '@nestjs/common';
import { Aggregates, EventLog, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import { streamOf } from '@app/kernel';
import {
  conversationAggregate,
  ConversationWasDeleted,
  MessageNotFound,
  MessageNotMovable,
  OtherContact,
  type ConversationCommand,
  type ConversationEvent,
} from '@app/domain/conversation';
import { ThreadQueries, type MessagePlace } from '@app/read-models';
import { Lookups } from '../lookups/lookups.js';
import type { ConversationIntent } from './conversation.command.js';

type MoveMessage = Extract<ConversationIntent, { type: 'MoveMessage' }>;

/** Moves a message to another conversation of its contact. */
@Injectable()
export class MessageMoves {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly eventLog: EventLog,
    private readonly threads: ThreadQueries,
  ) {}

  /** @throws MessageNotFound, MessageNotMovable, ConversationNotFound, ConversationWasDeleted, OtherContact */
  async move(intent: MoveMessage, context: CommandContext): Promise<CommandResult> {
    const { messageId, from } = intent.data;
    const place = await this.threads.placeOf(context.programId, messageId);
    if (!place) throw new MessageNotFound('messageId');
    const { expectedRevision, ...others } = context;
    return handleCommand(this.aggregates, {
      aggregate: conversationAggregate,
      id: place.conversationId,
      intent,
      // The revision that the caller knows is that of the conversation where the message is.
      context: from === place.conversationId && expectedRevision !== undefined ? context : others,
      prepare: () => this.toCommand(intent, place, context.programId),
    });
  }

  private async toCommand(
    { type, data }: MoveMessage,
    { conversationId, revision }: MessagePlace,
    programId: string,
  ): Promise<ConversationCommand> {
    // The read model only says where to look.
    const stream = streamOf(conversationAggregate, conversationId);
    const received = await this.eventLog.at<ConversationEvent>(stream, revision);
    if (received?.type !== 'MessageReceived') throw new MessageNotMovable();
    if (received.data.messageId !== data.messageId) throw new MessageNotFound('messageId');
    const target = await this.lookups.conversation(programId, data.to);
    if (target.status === 'deleted') throw new ConversationWasDeleted();
    if (target.contactId !== received.data.contactId) throw new OtherContact();
    return { type, data: { ...data, toReferralId: target.referralId, receivedPosition: received.position } };
  }
}
