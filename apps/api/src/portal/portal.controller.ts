import { Body, Controller, Get, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { ListMessagesDto } from '../conversations/conversations.requests.dto.js';
import { SentDto } from '../conversations/conversations.view.js';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { PageDto } from '../http/paging.dto.js';
import { WritePortalMessageDto } from './portal.requests.dto.js';
import { PortalService } from './portal.service.js';
import { PortalConversationsDto, PortalMessagesDto } from './portal.view.js';
import { WidgetOrigin } from './widget-origin.js';

/** The contact's side: only the contact's own conversations, without a phone number. */
@ApiTags('portal')
@UseInterceptors(WidgetOrigin)
@Controller('v1/portal/conversations')
export class PortalController {
  constructor(private readonly portal: PortalService) {}

  @Get()
  @Requires('portal')
  async list(@Query() query: PageDto, @Caller() caller: CallerIdentity): Promise<PortalConversationsDto> {
    return this.portal.list(caller, query);
  }

  @Get(':id/messages')
  @Requires('portal')
  async messages(
    @Id() id: string,
    @Query() query: ListMessagesDto,
    @Caller() caller: CallerIdentity,
  ): Promise<PortalMessagesDto> {
    return this.portal.messages(id, query, query, caller);
  }

  @Post(':id/messages')
  @Requires('portal')
  async write(
    @Id() id: string,
    @Body() body: WritePortalMessageDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SentDto> {
    return this.portal.write(id, body, caller, context);
  }
}
