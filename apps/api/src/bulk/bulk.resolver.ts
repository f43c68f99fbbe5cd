import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs, OneArgs } from '../http/paging.dto.js';
import { BulkInput } from './bulk.requests.dto.js';
import { BulkService } from './bulk.service.js';
import { BulkJobDto, BulkPayload, BulkResultConnection } from './bulk.view.js';

@Resolver(() => BulkJobDto)
export class BulkResolver {
  constructor(private readonly bulk: BulkService) {}

  @Mutation(() => BulkPayload, {
    description:
      'Archives or unarchives many conversations: those given by ids at once, all of a list by a job in the background.',
  })
  @Requires('conversations:bulk')
  async bulkConversations(
    @Args('input') input: BulkInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<BulkPayload> {
    return this.bulk.run(input, caller, context);
  }

  @Query(() => BulkJobDto, { description: 'How far a bulk action in the background is.' })
  @Requires('conversations:bulk')
  async bulkJob(@Args() { id, position }: OneArgs, @Caller() { programId }: CallerIdentity): Promise<BulkJobDto> {
    return this.bulk.job(programId, id, position);
  }

  @ResolveField(() => BulkResultConnection, { description: 'The result of each conversation that was handled so far.' })
  @Requires('conversations:bulk')
  async results(
    @Parent() { id }: BulkJobDto,
    @Args() args: ConnectionArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof BulkResultConnection>> {
    return connection(await this.bulk.results(programId, id, { ...args, limit: args.first }));
  }
}
