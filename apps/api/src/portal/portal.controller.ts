import { Body, Controller, Get, HttpCode, Post, Query, Req, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '@app/eventing';
import { Caller, callerOf, Requires, type CallerIdentity } from '@app/platform';
import { ListMessagesDto } from '../conversations/conversations.requests.dto.js';
import { SentDto } from '../conversations/conversations.view.js';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { CommandDto } from '../http/command.view.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { WritePortalMessageDto } from './portal.requests.dto.js';
import { PortalService } from './portal.service.js';
import { PortalConversationsDto, PortalCountsDto, PortalMessagesDto } from './portal.view.js';
import { WidgetOrigin } from './widget-origin.js';

/** The contact's side: only the contact's own conversations, without a phone number. */
@ApiTags('portal')
@UseInterceptors(WidgetOrigin)
@Controller('v1/portal')
export class PortalController {
  constructor(
    private readonly portal: PortalService,
    private readonly widgetOrigin: WidgetOrigin,
  ) {}

  /** How many messages you have not read, for the badge. */
  @Get('counts')
  @Requires('portal')
  async counts(@Query() { position }: FreshDto, @Caller() caller: CallerIdentity): Promise<PortalCountsDto> {
    return this.portal.badge(caller, position);
  }

  /** You have read the conversation up to here. */
  @Post('conversations/:id/read')
  @HttpCode(200)
  @Requires('portal')
  async read(
    @Id() id: string,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.portal.read(id, caller, context);
  }

  @Get('conversations')
  @Requires('portal')
  async list(@Query() query: PageDto, @Caller() caller: CallerIdentity): Promise<PortalConversationsDto> {
    return this.portal.list(caller, query);
  }

  @Get('conversations/:id/messages')
  @Requires('portal')
  async messages(
    @Id() id: string,
    @Query() query: ListMessagesDto,
    @Caller() caller: CallerIdentity,
  ): Promise<PortalMessagesDto> {
    return this.portal.messages(id, query, query, caller);
  }

  @Post('conversations/:id/messages')
  @Requires('portal')
  async write(
    @Id() id: string,
    @Body() { text }: WritePortalMessageDto,
    @Req() request: FastifyRequest,
    @Context() context: CommandContext,
  ): Promise<SentDto> {
    const source = (await this.widgetOrigin.isForeign(request)) ? 'widget' : 'portal';
    return this.portal.write(id, { text, source }, callerOf(request), context);
  }
}
