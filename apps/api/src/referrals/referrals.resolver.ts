import { CommandBus } from '@nestjs/cqrs';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { HistoryConnection } from '../http/history.view.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs, OneArgs } from '../http/paging.dto.js';
import { PlainMutations } from '../http/plain-commands.js';
import { referralCommands } from './referrals.commands.js';
import { CreateReferralInput, HistoryArgs, ReferralInput, SaveReferralInput } from './referrals.requests.dto.js';
import { ReferralsService } from './referrals.service.js';
import { ReferralConnection, ReferralCreatedDto, ReferralPageDto } from './referrals.view.js';

@PlainMutations(referralCommands, ReferralInput, ReferralCreatedDto)
@Resolver()
export class ReferralsResolver {
  constructor(
    readonly commands: CommandBus,
    private readonly service: ReferralsService,
  ) {}

  @Query(() => ReferralConnection, { description: 'Newest first, each with a flag for an open conversation.' })
  @Requires('referrals:read')
  async referrals(
    @Args() args: ConnectionArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof ReferralConnection>> {
    return connection(await this.service.list(programId, { ...args, limit: args.first }));
  }

  @Query(() => ReferralPageDto, {
    description: 'The referral’s page: both sides, the flag, and its latest 50 conversations.',
  })
  @Requires('referrals:read')
  async referral(@Args() { id, position }: OneArgs, @Caller() caller: CallerIdentity): Promise<ReferralPageDto> {
    return this.service.one(caller, id, position);
  }

  @Query(() => HistoryConnection, {
    description: 'Its history since it was referred: changes of its status and messages about it, in one order.',
  })
  @Requires('referrals:read', 'conversations:read')
  async referralTimeline(
    @Args() args: HistoryArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof HistoryConnection>> {
    return connection(await this.service.timeline(caller, args.id, args, { ...args, limit: args.first }));
  }

  @Mutation(() => ReferralCreatedDto, {
    description: 'Creates the referral with this external id, or changes its status. The same again changes nothing.',
  })
  @Requires('referrals:write')
  async saveReferral(
    @Args('input') input: SaveReferralInput,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<ReferralCreatedDto> {
    return this.service.save(input, caller, context);
  }

  @Mutation(() => ReferralCreatedDto)
  @Requires('referrals:write')
  async createReferral(
    @Args('input') input: CreateReferralInput,
    @Context() context: RequestContext,
  ): Promise<ReferralCreatedDto> {
    return this.service.create(input, context);
  }
}
