import { CommandBus } from '@nestjs/cqrs';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs } from '../http/paging.dto.js';
import { PlainMutations } from '../http/plain-commands.js';
import { blockCommands } from './blocks.commands.js';
import { BlockedMessagesArgs, BlockInput, PlaceBlockInput } from './blocks.requests.dto.js';
import { BlocksService } from './blocks.service.js';
import { BlockConnection, BlockedMessageConnection, BlockPayload } from './blocks.view.js';

@PlainMutations(blockCommands, BlockInput, BlockPayload)
@Resolver()
export class BlocksResolver {
  constructor(
    readonly commands: CommandBus,
    private readonly service: BlocksService,
  ) {}

  @Query(() => BlockConnection, { description: 'The blocked contacts and numbers, the latest first.' })
  @Requires('conversations:read')
  async blocks(
    @Args() args: ConnectionArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof BlockConnection>> {
    return connection(await this.service.list(caller, { ...args, limit: args.first }));
  }

  @Query(() => BlockedMessageConnection, {
    description: 'What a blocked contact or number wrote, the oldest first. It is shown nowhere else.',
  })
  @Requires('conversations:read')
  async blockedMessages(
    @Args() args: BlockedMessagesArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof BlockedMessageConnection>> {
    return connection(await this.service.messages(caller, args.id, { ...args, limit: args.first }));
  }

  @Mutation(() => BlockPayload, {
    description:
      'Blocks a contact or a phone number. What they write is kept in the block, without alerts; keywords still count.',
  })
  @Requires('conversations:write')
  async placeBlock(
    @Args('input') input: PlaceBlockInput,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<BlockPayload> {
    return this.service.place(input, caller, context);
  }
}
