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
    description: 'Contacts who said Yes to a number the program no longer texts from, but not yet to the current one.',
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
      'Submits a consent form: consent becomes Pending, and one text asks for YES. Changes nothing if consent is already Pending or Yes.',
  })
  @Requires('consents:write')
  async requestOptIn(
    @Args('input') input: RequestOptInInput,
    @Context() context: RequestContext,
  ): Promise<OptInRequestedDto> {
    return this.consents.request(input, context);
  }
}
