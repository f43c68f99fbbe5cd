import { UseGuards } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { ConversationPayload } from '../conversations/conversations.view.js';
import { Context } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs, FreshDto } from '../http/paging.dto.js';
import { PortalMessagesArgs, ReadPortalConversationInput, WritePortalMessageInput } from './portal.requests.dto.js';
import { PortalServed } from './portal-served.js';
import { PortalService } from './portal.service.js';
import { PortalConversationConnection, PortalCountsDto, PortalMessageConnection } from './portal.view.js';

/** Without the widget's origins: a browser on another site cannot reach GraphQL at all. */
@UseGuards(PortalServed)
@Resolver()
export class PortalResolver {
  constructor(private readonly portal: PortalService) {}

  @Query(() => PortalConversationConnection, { description: 'The contact’s own conversations.' })
  @Requires('portal')
  async portalConversations(
    @Args() args: ConnectionArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof PortalConversationConnection>> {
    return connection(await this.portal.list(caller, { ...args, limit: args.first }));
  }

  @Query(() => PortalCountsDto, { description: 'How many messages the contact has not read, for the badge.' })
  @Requires('portal')
  async portalCounts(@Args() { position }: FreshDto, @Caller() caller: CallerIdentity): Promise<PortalCountsDto> {
    return this.portal.badge(caller, position);
  }

  @Mutation(() => ConversationPayload, { description: 'The contact has read the conversation up to here.' })
  @Requires('portal')
  async readPortalConversation(
    @Args('input') { conversationId }: ReadPortalConversationInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ConversationPayload> {
    return { conversationId, ...(await this.portal.read(conversationId, caller, context)) };
  }

  @Query(() => PortalMessageConnection, { description: 'The thread of one of the contact’s own conversations.' })
  @Requires('portal')
  async portalMessages(
    @Args() args: PortalMessagesArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof PortalMessageConnection>> {
    return connection(await this.portal.messages(args.id, args, { ...args, limit: args.first }, caller));
  }

  @Mutation(() => ConversationPayload, { description: 'A message by the contact, in the app.' })
  @Requires('portal')
  async writePortalMessage(
    @Args('input') input: WritePortalMessageInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ConversationPayload> {
    const { conversationId, text } = input;
    const message = { text, source: 'portal' } as const;
    return { conversationId, ...(await this.portal.write(conversationId, message, caller, context)) };
  }
}
