import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { ChangeLinksInput } from './program.requests.dto.js';
import { ProgramService } from './program.service.js';
import { LinksDto, LinksPayload } from './program.view.js';

@Resolver()
export class ProgramResolver {
  constructor(private readonly program: ProgramService) {}

  @Query(() => LinksDto, {
    description: 'Where emails link to: to the contact’s portal, and to the staff’s console.',
  })
  @Requires('settings')
  async links(@Caller() caller: CallerIdentity): Promise<LinksDto> {
    return this.program.links(caller);
  }

  @Mutation(() => LinksPayload, { description: 'Changes where emails link to, also those that are not sent yet.' })
  @Requires('settings')
  async changeLinks(
    @Args('input') input: ChangeLinksInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<LinksPayload> {
    return this.program.changeLinks(input, caller, context);
  }
}
