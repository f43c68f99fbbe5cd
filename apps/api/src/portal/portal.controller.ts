import { Body, Controller, Get, Post, Query, UseInterceptors } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { HandleConversation, Lookups } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ConversationNotFound } from '@app/domain/conversation';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Freshness, InboxQueries, ThreadQueries } from '@app/read-models';
import { answer } from '../http/answers.js';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { PageDto } from '../http/paging.dto.js';
import { ListMessagesDto } from '../conversations/conversations.requests.dto.js';
import { messageIdIn } from '../conversations/message-id.js';
import { PortalConversationsDto, PortalMessagesDto } from './portal.view.js';
import { ContactActive } from './contact-active.js';
import { WritePortalMessageDto } from './portal.requests.dto.js';
import { SentDto } from '../conversations/conversations.view.js';
import { WidgetOrigin } from './widget-origin.js';

/** The contact's side: own conversations only, no phone number needed. */
@ApiTags('portal')
@UseInterceptors(WidgetOrigin)
@Controller('v1/portal/conversations')
export class PortalController {
  constructor(
    private readonly commands: CommandBus,
    private readonly contactActive: ContactActive,
    private readonly lookups: Lookups,
    private readonly inbox: InboxQueries,
    private readonly thread: ThreadQueries,
    private readonly freshness: Freshness,
  ) {}

  @Get()
  @Requires('portal')
  async list(@Query() query: PageDto, @Caller() caller: CallerIdentity): Promise<PortalConversationsDto> {
    await this.contactActive.check(caller);
    await this.freshness.reach(query.position, InboxQueries.reads.page);
    const { documents, next } = await this.inbox.page(
      caller.programId,
      { contactId: caller.id },
      query.after,
      query.limit,
    );
    return {
      documents: documents.map(({ id, referralId, preview, lastActivityAt }) => ({
        id,
        referralId,
        preview,
        lastActivityAt,
      })),
      next,
    };
  }

  @Get(':id/messages')
  @Requires('portal')
  async messages(
    @Id() id: string,
    @Query() query: ListMessagesDto,
    @Caller() caller: CallerIdentity,
  ): Promise<PortalMessagesDto> {
    await this.own(id, caller);
    await this.freshness.reach(query.position, ThreadQueries.reads.page);
    const { documents, next } = await this.thread.page(id, query.order, query.after, query.limit);
    const visible = documents.filter(({ kind }) => kind !== 'refusal');
    return {
      documents: visible.map(({ id: messageId, direction, channel, text, at, kind }) => ({
        id: messageId,
        direction,
        channel,
        text,
        at,
        kind,
      })),
      next,
    };
  }

  @Post(':id/messages')
  @Requires('portal')
  async write(
    @Id() id: string,
    @Body() { text }: WritePortalMessageDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SentDto> {
    await this.own(id, caller);
    const result = await this.commands.execute(
      new HandleConversation(id, { type: 'WriteInApp', data: { text } }, context),
    );
    return { messageId: messageIdIn(result), ...answer(result) };
  }

  /** Another contact's conversation does not exist for this one. @throws ConversationNotFound */
  private async own(conversationId: string, caller: CallerIdentity): Promise<void> {
    await this.contactActive.check(caller);
    const { contactId, status } = await this.lookups.conversation(caller.programId, conversationId);
    if (contactId !== caller.id || status === 'deleted') throw new ConversationNotFound();
  }
}
