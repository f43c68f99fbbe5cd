import { CommandBus } from '@nestjs/cqrs';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { OneArgs } from '../http/paging.dto.js';
import { PlainMutations } from '../http/plain-commands.js';
import { conversationCommands } from './conversations.commands.js';
import {
  AddNoteInput,
  ConversationInput,
  InboxArgs,
  MessagesArgs,
  SendMessageInput,
  StartConversationInput,
} from './conversations.requests.dto.js';
import { ConversationsService } from './conversations.service.js';
import {
  ConversationConnection,
  ConversationDto,
  ConversationPayload,
  MessageConnection,
  MessageDto,
} from './conversations.view.js';

@PlainMutations(conversationCommands, ConversationInput, ConversationPayload)
@Resolver(() => ConversationDto)
export class ConversationsResolver {
  constructor(
    readonly commands: CommandBus,
    private readonly conversations: ConversationsService,
  ) {}

  @Query(() => ConversationConnection, { description: 'Conversations, newest activity first.' })
  @Requires('conversations:read')
  async inbox(
    @Args() args: InboxArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof ConversationConnection>> {
    return connection(await this.conversations.list(caller, args, { ...args, limit: args.first }));
  }

  @Query(() => ConversationDto)
  @Requires('conversations:read')
  async conversation(@Args() { id, position }: OneArgs, @Caller() caller: CallerIdentity): Promise<ConversationDto> {
    return this.conversations.one(caller, id, position);
  }

  @ResolveField(() => MessageConnection, { description: 'The thread, in the order in which messages were accepted.' })
  @Requires('conversations:read')
  async messages(
    @Parent() { id }: ConversationDto,
    @Args() args: MessagesArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof MessageConnection>> {
    const page = { ...args, limit: args.first };
    return connection(await this.conversations.messages(caller, id, args, page));
  }

  @Mutation(() => ConversationPayload, {
    description:
      'Starts the conversation with a contact about a referral, or in general; returns the existing one if there is one.',
  })
  @Requires('conversations:write')
  async startConversation(
    @Args('input') input: StartConversationInput,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<ConversationPayload> {
    return (await this.conversations.start(input, caller, context)).started;
  }

  @Mutation(() => ConversationPayload, {
    description: 'Sends a message; if a rule forbids it, it is refused with the code of the rule.',
  })
  @Requires('conversations:write')
  async sendMessage(
    @Args('input') input: SendMessageInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ConversationPayload> {
    const { conversationId } = input;
    return { conversationId, ...(await this.conversations.send(conversationId, input, caller, context)) };
  }

  @Mutation(() => ConversationPayload, { description: 'Adds an internal note, which only staff reads.' })
  @Requires('conversations:write')
  async addNote(
    @Args('input') input: AddNoteInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ConversationPayload> {
    const { conversationId } = input;
    return { conversationId, ...(await this.conversations.addNote(conversationId, input, caller, context)) };
  }
}

/** Flat fields of an earlier contract. */
@Resolver(() => MessageDto)
export class MessagesResolver {
  @ResolveField(() => String, { deprecationReason: 'Use author { kind }.' })
  @Requires('conversations:read')
  authorKind(@Parent() { author }: MessageDto): string {
    return author.kind;
  }

  @ResolveField(() => String, { deprecationReason: 'Use author { id }.' })
  @Requires('conversations:read')
  authorId(@Parent() { author }: MessageDto): string {
    return author.id;
  }
}
