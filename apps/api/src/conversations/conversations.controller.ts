import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto } from '../http/paging.dto.js';
import { PlainRoutes } from '../http/plain-commands.js';
import { BodyWith, needs } from '../http/some-of.js';
import { conversationCommands } from './conversations.commands.js';
import {
  AddNoteDto,
  ListConversationsDto,
  ListMessagesDto,
  SendMessageDto,
  StartConversationDto,
} from './conversations.requests.dto.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationDto, ConversationsDto, MessagesDto, SentDto, StartedDto } from './conversations.view.js';

@ApiTags('conversations')
@PlainRoutes(conversationCommands)
@Controller('v1/conversations')
export class ConversationsController {
  constructor(
    readonly commands: CommandBus,
    private readonly conversations: ConversationsService,
  ) {}

  /**
   * Starts the conversation with a contact about a referral, or in general; returns the existing one if there is one.
   */
  @Post()
  @Requires('conversations:write')
  @BodyWith(StartConversationDto, 'oneOf', [
    needs('referralId'),
    { ...needs('contactId'), not: needs('with') },
    { ...needs('phone'), not: needs('with') },
  ])
  async start(
    @Body() body: StartConversationDto,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StartedDto> {
    const { started, isNew } = await this.conversations.start(body, caller, context);
    void reply.status(isNew ? 201 : 200);
    return started;
  }

  /** Newest activity first. */
  @Get()
  @Requires('conversations:read')
  async list(@Query() query: ListConversationsDto, @Caller() caller: CallerIdentity): Promise<ConversationsDto> {
    return this.conversations.list(caller, query, query);
  }

  @Get(':id')
  @Requires('conversations:read')
  async one(
    @Id() id: string,
    @Query() { position }: FreshDto,
    @Caller() caller: CallerIdentity,
  ): Promise<ConversationDto> {
    return this.conversations.one(caller, id, position);
  }

  /** The thread, in the order in which messages were accepted. */
  @Get(':id/messages')
  @Requires('conversations:read')
  async messages(
    @Id() id: string,
    @Query() query: ListMessagesDto,
    @Caller() caller: CallerIdentity,
  ): Promise<MessagesDto> {
    await this.conversations.one(caller, id, query.position);
    return this.conversations.messages(caller, id, query, query);
  }

  /**
   * Sends a message. If a rule forbids it, it is refused with the code of the rule, and the refusal is shown in the
   * thread.
   */
  @Post(':id/messages')
  @Requires('conversations:write')
  async send(
    @Id() id: string,
    @Body() body: SendMessageDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SentDto> {
    return this.conversations.send(id, body, caller, context);
  }

  /** Adds an internal note, which only staff reads. */
  @Post(':id/notes')
  @Requires('conversations:write')
  async addNote(
    @Id() id: string,
    @Body() body: AddNoteDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SentDto> {
    return this.conversations.addNote(id, body, caller, context);
  }
}
