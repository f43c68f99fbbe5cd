import { CommandBus } from '@nestjs/cqrs';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { AnyCaller, Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs } from '../http/paging.dto.js';
import { PlainMutations } from '../http/plain-commands.js';
import { memberCommands } from './members.commands.js';
import { AddMemberInput, MemberArgs, MemberInput, RemoveMemberInput } from './members.requests.dto.js';
import { MembersService } from './members.service.js';
import { MeDto, MemberConnection, MemberDto, MemberPayload } from './members.view.js';

@PlainMutations(memberCommands, MemberInput, MemberPayload)
@Resolver()
export class MembersResolver {
  constructor(
    readonly commands: CommandBus,
    private readonly service: MembersService,
  ) {}

  @Query(() => MemberConnection, { description: 'The current members of staff, with their roles and permissions.' })
  @Requires('members:read')
  async members(
    @Args() args: ConnectionArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof MemberConnection>> {
    return connection(await this.service.list(programId, { ...args, limit: args.first }));
  }

  @Query(() => MemberDto)
  @Requires('members:read')
  async member(@Args() { userId, position }: MemberArgs, @Caller() { programId }: CallerIdentity): Promise<MemberDto> {
    return this.service.one(programId, userId, position);
  }

  @Query(() => MeDto, {
    description:
      'The person of the access token, with the role and permissions in force, and what is available in the program.',
  })
  @AnyCaller()
  me(@Caller() caller: CallerIdentity): Promise<MeDto> {
    return this.service.me(caller);
  }

  @Mutation(() => MemberPayload, { description: 'Adds a person to the staff.' })
  @Requires('members:write')
  async addMember(@Args('input') input: AddMemberInput, @Context() context: RequestContext): Promise<MemberPayload> {
    return this.service.add(input, context);
  }

  @Mutation(() => MemberPayload, {
    description:
      "Ends a person's membership, given by the user id of their access tokens. The tokens are refused within a minute; the person's conversations are assigned to the successor, or to nobody.",
  })
  @Requires('members:write')
  async removeMember(
    @Args('input') input: RemoveMemberInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<MemberPayload> {
    const { userId } = input;
    return { userId, ...(await this.service.remove(userId, input, caller, context)) };
  }
}
