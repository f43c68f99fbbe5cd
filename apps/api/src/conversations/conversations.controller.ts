import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ConversationStarter, HandleConversation, type ConversationWith } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ConversationNotFound } from '@app/domain/conversation';
import { Caller, InvalidRequest, Requires, type CallerIdentity } from '@app/platform';
import { Freshness, InboxQueries, ThreadQueries } from '@app/read-models';
import { answer } from '../http/answers.js';
import { Context, type RequestContext } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import { ListConversationsDto, ListMessagesDto, SendMessageDto, StartConversationDto } from './conversations.dto.js';
import { CommandDto, ConversationDto, ConversationsDto, MessagesDto, SentDto, StartedDto } from '../views.dto.js';
import { messageIdIn } from './message-id.js';

@ApiTags('conversations')
@Controller('v1/conversations')
export class ConversationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly starter: ConversationStarter,
    private readonly inbox: InboxQueries,
    private readonly thread: ThreadQueries,
    private readonly freshness: Freshness,
  ) {}

  /** Starts the conversation with a contact about a referral, or in general; answers with the one that exists where there is one. */
  @Post()
  @Requires('conversations:write')
  async start(
    @Body() body: StartConversationDto,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StartedDto> {
    const whom = withWhom(body);
    const about = await takeRequest(this.commands, context, 'StartConversation', whom, () =>
      this.starter.find(whom, context),
    );
    const { conversationId, ...result } = await this.starter.start(caller.id, whom, about, context);
    void reply.status(result.events.length > 0 ? 201 : 200);
    return { conversationId, ...answer(result) };
  }

  /** Newest activity first. */
  @Get()
  @Requires('conversations:read')
  async list(@Query() query: ListConversationsDto, @Caller() { programId }: CallerIdentity): Promise<ConversationsDto> {
    const { folder, contactId, referralId } = query;
    if ([folder, contactId, referralId].filter(Boolean).length > 1)
      throw new InvalidRequest([
        { field: 'folder', rule: 'atMostOne', message: 'give at most one of folder, contactId and referralId' },
      ]);
    await this.freshness.reach(query.position, InboxQueries.reads.page);
    return this.inbox.page(programId, query, query.after, query.limit);
  }

  @Get(':id')
  @Requires('conversations:read')
  async one(
    @Id() id: string,
    @Query() query: FreshDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<ConversationDto> {
    await this.freshness.reach(query.position, InboxQueries.reads.one);
    const conversation = await this.inbox.one(programId, id);
    if (!conversation) throw new ConversationNotFound();
    return conversation;
  }

  /** The thread, in the order in which messages were accepted. */
  @Get(':id/messages')
  @Requires('conversations:read')
  async messages(
    @Id() id: string,
    @Query() query: ListMessagesDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<MessagesDto> {
    await this.freshness.reach(query.position, [...InboxQueries.reads.one, ...ThreadQueries.reads.page]);
    if (!(await this.inbox.one(programId, id))) throw new ConversationNotFound();
    return this.thread.page(id, query.order, query.after, query.limit);
  }

  /** Sends a message. One that the rules forbid is refused with the rule's code, and the refusal is kept in the thread. */
  @Post(':id/messages')
  @Requires('conversations:write')
  async send(
    @Id() id: string,
    @Body() { channel, text }: SendMessageDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SentDto> {
    const result = await this.commands.execute(
      new HandleConversation(id, { type: 'SendMessage', data: { by: caller.id, channel, text } }, context),
    );
    return { messageId: messageIdIn(result), ...answer(result) };
  }

  /** A member of staff has opened the conversation: from Unread to Read. */
  @Post(':id/read')
  @HttpCode(200)
  @Requires('conversations:write')
  async read(
    @Id() id: string,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return answer(
      await this.commands.execute(
        new HandleConversation(id, { type: 'ReadConversation', data: { by: caller.id } }, context),
      ),
    );
  }

  /** Back to Unread, with its count of answers. */
  @Post(':id/unread')
  @HttpCode(200)
  @Requires('conversations:write')
  async unread(
    @Id() id: string,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return answer(
      await this.commands.execute(new HandleConversation(id, { type: 'MarkUnread', data: { by: caller.id } }, context)),
    );
  }

  @Post(':id/archive')
  @HttpCode(200)
  @Requires('conversations:write')
  async archive(
    @Id() id: string,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return answer(
      await this.commands.execute(
        new HandleConversation(id, { type: 'ArchiveConversation', data: { by: caller.id } }, context),
      ),
    );
  }
}

/** @throws InvalidRequest unless exactly one way is given */
function withWhom({ referralId, contactId, phone, with: side }: StartConversationDto): ConversationWith {
  const given = [referralId, contactId, phone].filter(Boolean);
  if (given.length !== 1 || (side && !referralId))
    throw new InvalidRequest([
      {
        field: 'referralId',
        rule: 'exactlyOne',
        message: 'give exactly one of referralId, contactId and phone; `with` goes with referralId',
      },
    ]);
  if (referralId) return { referralId, side: side ?? 'referrer' };
  return contactId ? { contactId } : { phone: String(phone) };
}
