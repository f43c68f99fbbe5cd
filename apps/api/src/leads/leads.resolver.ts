import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { ContactCreatedDto } from '../contacts/contacts.view.js';
import { Context, type RequestContext } from '../http/command-context.js';
import { CreateLeadInput, SubmitLeadInput } from './leads.requests.dto.js';
import { LeadsService } from './leads.service.js';

@Resolver()
export class LeadsResolver {
  constructor(private readonly leads: LeadsService) {}

  @Mutation(() => ContactCreatedDto, {
    description:
      'Makes the person of the conversation, so far only a number, a lead: the contact gets the name and the email.',
  })
  @Requires('contacts:write')
  async createLead(
    @Args('input') input: CreateLeadInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ContactCreatedDto> {
    return this.leads.create(input.conversationId, input, caller, context);
  }

  @Mutation(() => ContactCreatedDto, {
    description:
      'A person gave their details in another application: the owner of the phone number, or else the contact with the email, becomes a lead, or somebody new. A contact who has a name keeps all details.',
  })
  @Requires('contacts:write')
  async submitLead(
    @Args('input') input: SubmitLeadInput,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<ContactCreatedDto> {
    return this.leads.submit(input, caller, context);
  }
}
