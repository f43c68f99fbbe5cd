import { CommandBus } from '@nestjs/cqrs';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { HandleConversation } from '@app/application';
import { ConversationNotFound } from '@app/domain/conversation';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Freshness, InboxQueries, ThreadQueries } from '@app/read-models';
import { messageIdIn } from '../conversations/message-id.js';
import { CommandContexts, Context, type RequestContext } from '../http/command-context.js';
import { ArchiveConversationInput, ConnectionArgs, InboxArgs, SendMessageInput } from './inputs.dto.js';
import {
  CommandPayload,
  connection,
  Conversation,
  ConversationConnection,
  MessageConnection,
  messageNode,
} from './types.js';

@Resolver(() => Conversation)
export class ConversationsResolver {
  constructor(
    private readonly commands: CommandBus,
    private readonly inbox: InboxQueries,
    private readonly thread: ThreadQueries,
    private readonly freshness: Freshness,
    private readonly contexts: CommandContexts,
  ) {}

  @Query(() => ConversationConnection, { name: 'inbox', description: 'Conversations, newest activity first.' })
  @Requires('conversations:read')
  async list(
    @Args() { folder, first, after, position }: InboxArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<ConversationConnection> {
    await this.freshness.reach(position, InboxQueries.reads.page);
    return connection(await this.inbox.page(programId, { folder }, after, first));
  }

  @Query(() => Conversation)
  @Requires('conversations:read')
  async conversation(
    @Args('id', { type: () => ID }) id: string,
    @Args('position', { type: () => String, nullable: true }) position: string | undefined,
    @Caller() { programId }: CallerIdentity,
  ): Promise<Conversation> {
    await this.freshness.reach(position ?? undefined, InboxQueries.reads.one);
    const conversation = await this.inbox.one(programId, id);
    if (!conversation) throw new ConversationNotFound();
    return conversation;
  }

  @ResolveField(() => MessageConnection, { description: 'The thread, in the order in which messages were accepted.' })
  @Requires('conversations:read')
  async messages(
    @Parent() { id }: Conversation,
    @Args() { first, after, position }: ConnectionArgs,
  ): Promise<MessageConnection> {
    await this.freshness.reach(position, ThreadQueries.reads.page);
    const { documents, next } = await this.thread.page(id, 'asc', after, first);
    return connection({ documents: documents.map(messageNode), next });
  }

  @Mutation(() => CommandPayload, {
    description: 'Sends a message; one that the rules forbid is refused with the rule’s code.',
  })
  @Requires('conversations:write')
  async sendMessage(
    @Args('input') { conversationId, channel, text, idempotencyKey }: SendMessageInput,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<CommandPayload> {
    const intent = { type: 'SendMessage', data: { by: caller.id, channel, text } } as const;
    const result = await this.commands.execute(
      new HandleConversation(conversationId, intent, await this.contexts.withKey(context, caller, idempotencyKey)),
    );
    return { conversationId, messageId: messageIdIn(result), revision: result.revision, position: result.position };
  }

  @Mutation(() => CommandPayload)
  @Requires('conversations:write')
  async archiveConversation(
    @Args('input') { conversationId, idempotencyKey }: ArchiveConversationInput,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<CommandPayload> {
    const intent = { type: 'ArchiveConversation', data: { by: caller.id } } as const;
    const { revision, position } = await this.commands.execute(
      new HandleConversation(conversationId, intent, await this.contexts.withKey(context, caller, idempotencyKey)),
    );
    return { conversationId, messageId: null, revision, position };
  }
}
