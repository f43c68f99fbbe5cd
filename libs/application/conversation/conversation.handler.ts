import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mayGetTexts, streamOf, type Recorded } from '@app/kernel';
import { Aggregates, EventLog, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import { portalRule } from '@app/domain/contact';
import { isAssignable, MemberNotFound, NotAssignable, NotMentionable } from '@app/domain/member';
import {
  ColleagueReplied,
  conversationAggregate,
  type Channel,
  type Conversation,
  type ConversationCommand,
  type ConversationEvent,
  type SendRefused,
} from '@app/domain/conversation';
import { ContactBlocked, PortalBlock } from '../block/portal-block.js';
import { Lookups } from '../lookups/lookups.js';
import { HandleConversation, type ConversationIntent } from './conversation.command.js';
import { MessageMoves } from './message-moves.js';
import { MessageGate, messageIdFor } from './message-gate.js';
import { DeletionNotAllowed, NotReachableInApp, SendRefusedError } from './refusals.js';
import { TextQuota } from './text-quota.js';

type InOneConversation = Exclude<ConversationIntent, { type: 'MoveMessage' }>;

@CommandHandler(HandleConversation)
export class ConversationHandler implements ICommandHandler<HandleConversation> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly gate: MessageGate,
    private readonly quota: TextQuota,
    private readonly block: PortalBlock,
    private readonly moves: MessageMoves,
    private readonly eventLog: EventLog,
  ) {}

  async execute({ id, intent, context }: HandleConversation): Promise<CommandResult> {
    if (intent.type === 'MoveMessage') return this.moves.move(intent, context);
    const handle = (): Promise<CommandResult> =>
      handleCommand(this.aggregates, {
        aggregate: conversationAggregate,
        id,
        intent,
        context,
        prepare: (intent: InOneConversation, state: Conversation) => this.toCommand(id, intent, state, context),
      });
    const result = await handle().catch(async (error: unknown) => {
      if (error instanceof ContactBlocked) return (await this.block.keep(error, id, context)) ?? handle();
      throw error instanceof ColleagueReplied ? await this.withTime(id, error) : error;
    });
    for (const { type, data, metadata } of result.events as readonly Recorded<ConversationEvent>[])
      // The events of a repeated command were stored earlier.
      if (type === 'MessageSent' && data.route && metadata.occurredAt === context.occurredAt)
        this.quota.note(context.programId, data.route.addressId, context.occurredAt);
    const refused = result.events.find((event): event is typeof event & SendRefused => event.type === 'SendRefused');
    if (refused)
      throw new SendRefusedError(
        refused.data.rule,
        await this.optedOutOf(context.programId, refused.data.refusedSenderId),
      );
    return result;
  }

  /** The state of a conversation has no times. */
  private async withTime(id: string, { newer }: ColleagueReplied): Promise<ColleagueReplied> {
    const sent = await this.eventLog.at(streamOf(conversationAggregate, id), newer.revision);
    return new ColleagueReplied(newer, sent?.metadata.occurredAt);
  }

  private async toCommand(
    id: string,
    intent: InOneConversation,
    state: Conversation,
    context: CommandContext,
  ): Promise<ConversationCommand> {
    if (intent.type === 'SendMessage') return this.gate.decide(id, intent, state, context);
    if (intent.type === 'StartConversation') {
      const { channel, ...data } = intent.data;
      if (state.status === 'not-started' && data.by !== null)
        await this.checkReachable(context.programId, data.contactId, channel);
      return { type: 'StartConversation', data };
    }
    if (intent.type === 'AssignConversation') await this.checkAssignable(context.programId, intent.data.assignee);
    if (intent.type === 'WriteInApp') await this.block.check(intent, state, context);
    if (intent.type === 'AddNote') await this.checkMentions(context.programId, intent.data.mentions);
    if (intent.type === 'DeleteByStaff') {
      const { policies } = await this.lookups.program(context.programId);
      if (policies.conversationDeletion !== 'allowed') throw new DeletionNotAllowed();
      return { type: 'DeleteConversation', data: intent.data };
    }
    return toCommand(intent, messageIdFor(id, context), context.occurredAt);
  }

  /** @throws MemberNotFound, NotAssignable */
  private async checkAssignable(programId: string, userId: string | null): Promise<void> {
    if (userId === null) return;
    const assignee = await this.lookups.member(programId, userId);
    if (!assignee) throw new MemberNotFound();
    if (!isAssignable(assignee)) throw new NotAssignable();
  }

  /** By the portal, unless it is to be by text. @throws NotReachableInApp */
  private async checkReachable(programId: string, contactId: string, channel: Channel | undefined): Promise<void> {
    const contact = await this.lookups.contact(programId, contactId);
    // A conversation that starts while its contact is being erased is deleted afterwards.
    if (contact.status === 'erased') return;
    const isInApp = channel === undefined ? contact.addressIds.length === 0 : channel === 'in-app';
    const rule = isInApp ? portalRule(contact) : null;
    if (rule !== null) throw new NotReachableInApp(rule);
  }

  /** @throws NotMentionable */
  private async checkMentions(programId: string, mentions: readonly string[]): Promise<void> {
    for (const userId of mentions) {
      const member = await this.lookups.member(programId, userId);
      if (!member || !mayGetTexts(member)) throw new NotMentionable(userId);
    }
  }

  /** The program's number by the sender's id. */
  private async optedOutOf(programId: string, senderId: string | null): Promise<string | null> {
    if (senderId === null) return null;
    return (
      (await this.lookups.program(programId)).senders.find((sender) => sender.senderId === senderId)?.phone ?? null
    );
  }
}

function toCommand(
  intent: Exclude<InOneConversation, { type: 'SendMessage' | 'StartConversation' | 'DeleteByStaff' }>,
  messageId: string,
  at: string,
): ConversationCommand {
  switch (intent.type) {
    case 'SnoozeConversation': {
      const until = intent.data.until && new Date(intent.data.until).toISOString();
      return { type: intent.type, data: { ...intent.data, until, at } };
    }
    case 'WriteInApp': {
      const inApp = { channel: 'in-app', acceptedPosition: null, providerMessageId: null } as const;
      return { type: 'ReceiveMessage', data: { ...intent.data, ...inApp, messageId } };
    }
    case 'AddNote':
      return { type: intent.type, data: { ...intent.data, messageId } };
    case 'ReceiveMessage':
      return { type: intent.type, data: { ...intent.data, messageId } };
    case 'ReceiveKeyword':
      return { type: intent.type, data: { ...intent.data, messageId } };
    case 'SendOptInRequest':
      return { type: intent.type, data: { ...intent.data, messageId } };
    default:
      return intent;
  }
}
