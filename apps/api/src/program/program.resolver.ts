import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import {
  ChangeLinksInput,
  ChangeOptInTextInput,
  ChangeOriginsInput,
  ChangePolicyInput,
  EndTokenRotationInput,
  RenameProgramInput,
  SetSenderInput,
} from './program.requests.dto.js';
import { ProgramService } from './program.service.js';
import { LinksDto, ProgramDto, ProgramPayload, SenderPayload, SendersDto } from './program.view.js';

@Resolver()
export class ProgramResolver {
  constructor(private readonly program: ProgramService) {}

  @Query(() => ProgramDto, { name: 'program', description: 'The settings of the program.' })
  @Requires('settings')
  async one(@Caller() caller: CallerIdentity): Promise<ProgramDto> {
    return this.program.program(caller);
  }

  @Mutation(() => ProgramPayload, { description: 'Gives the program another name, which emails show from then on.' })
  @Requires('settings')
  async renameProgram(
    @Args('input') input: RenameProgramInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ProgramPayload> {
    return this.program.rename(input.name, caller, context);
  }

  @Mutation(() => ProgramPayload, {
    description: 'Changes a policy; it applies at once to everything decided from then on.',
  })
  @Requires('settings')
  async changePolicy(
    @Args('input') input: ChangePolicyInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ProgramPayload> {
    return this.program.changePolicy(input, caller, context);
  }

  @Mutation(() => ProgramPayload, { description: 'Changes which sites may show the widget.' })
  @Requires('settings')
  async changeWidgetOrigins(
    @Args('input') input: ChangeOriginsInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ProgramPayload> {
    return this.program.changeOrigins(input.origins, caller, context);
  }

  @Mutation(() => ProgramPayload, {
    description:
      'Changes the text that asks for YES. It gets a version of its own; who was asked before is not asked again.',
  })
  @Requires('settings')
  async changeOptInText(
    @Args('input') input: ChangeOptInTextInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ProgramPayload> {
    return this.program.changeOptInText(input.text, caller, context);
  }

  @Query(() => LinksDto, {
    description: 'Where emails link to: to the contact’s portal, and to the staff’s console.',
  })
  @Requires('settings')
  async links(@Caller() caller: CallerIdentity): Promise<LinksDto> {
    return this.program.links(caller);
  }

  @Mutation(() => ProgramPayload, { description: 'Changes where emails link to, also those that are not sent yet.' })
  @Requires('settings')
  async changeLinks(
    @Args('input') input: ChangeLinksInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ProgramPayload> {
    return this.program.changeLinks(input, caller, context);
  }

  @Query(() => SendersDto, {
    description: 'The numbers of the program; texts are sent from the last. Never a token.',
  })
  @Requires('senders:read')
  async senders(@Caller() caller: CallerIdentity): Promise<SendersDto> {
    return this.program.senders(caller);
  }

  @Mutation(() => SenderPayload, {
    description:
      'Adds a number, or gives a number another account or token. Texts are sent from a new number at once: consent to the former one does not hold for it. Until the rotation is ended, webhooks may be signed with the former token too.',
  })
  @Requires('senders:write')
  async setSender(
    @Args('input') input: SetSenderInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SenderPayload> {
    return this.program.setSender(input, caller, context);
  }

  @Mutation(() => ProgramPayload, {
    description: 'Stops accepting webhooks signed with the former token of a number.',
  })
  @Requires('senders:write')
  async endTokenRotation(
    @Args('input') { senderId }: EndTokenRotationInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ProgramPayload> {
    return this.program.endTokenRotation(senderId, caller, context);
  }
}
