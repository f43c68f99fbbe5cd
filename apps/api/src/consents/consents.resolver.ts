import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs } from '../http/paging.dto.js';
import { RequestOptInInput } from './consents.requests.dto.js';
import { ConsentsService } from './consents.service.js';
import { ConsentToRenewConnection, OptInRequestedDto } from './consents.view.js';

@Resolver()
export class ConsentsResolver {
  constructor(private readonly consents: ConsentsService) {}

  @Query(() => ConsentToRenewConnection, {
    description: 'Who said Yes to a number the program no longer texts from, and not yet to the current one.',
  })
  @Requires('contacts:read')
  async consentsToRenew(
    @Args() args: ConnectionArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof ConsentToRenewConnection>> {
    return connection(await this.consents.toRenew(programId, { ...args, limit: args.first }));
  }

  @Mutation(() => OptInRequestedDto, {
    description:
      'A box was ticked: consent is Pending, and one text asks for YES. Does nothing where consent is Pending or Yes already.',
  })
  @Requires('consents:write')
  async requestOptIn(
    @Args('input') input: RequestOptInInput,
    @Context() context: RequestContext,
  ): Promise<OptInRequestedDto> {
    return this.consents.request(input, context);
  }
}
