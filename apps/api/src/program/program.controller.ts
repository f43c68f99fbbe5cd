import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';
import {
  ChangeLinksDto,
  ChangeOptInTextDto,
  ChangeOriginsDto,
  ChangePolicyDto,
  EndTokenRotationDto,
  RenameProgramDto,
  SetSenderDto,
} from './program.requests.dto.js';
import { ProgramService } from './program.service.js';
import { LinksDto, ProgramDto, SenderPayload, SendersDto } from './program.view.js';

@ApiTags('settings')
@Controller('v1/program')
export class ProgramController {
  constructor(private readonly program: ProgramService) {}

  /** The settings of the program. `ETag` is for `If-Match` of a change. */
  @Get()
  @Requires('settings')
  async one(@Caller() caller: CallerIdentity): Promise<ProgramDto> {
    return this.program.program(caller);
  }

  /** Gives the program another name, which emails show from then on. */
  @Put('name')
  @Requires('settings')
  async rename(
    @Body() body: RenameProgramDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.program.rename(body.name, caller, context);
  }

  /** Changes a policy; it applies at once to everything decided from then on. */
  @Put('policies')
  @Requires('settings')
  async changePolicy(
    @Body() body: ChangePolicyDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.program.changePolicy(body, caller, context);
  }

  /** Changes which sites may show the widget. */
  @Put('widget-origins')
  @Requires('settings')
  async changeOrigins(
    @Body() body: ChangeOriginsDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.program.changeOrigins(body.origins, caller, context);
  }

  /** Changes the text that asks for YES. It gets a version of its own; who was asked before is not asked again. */
  @Put('opt-in-text')
  @Requires('settings')
  async changeOptInText(
    @Body() body: ChangeOptInTextDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.program.changeOptInText(body.text, caller, context);
  }

  /** Where emails link to: to the contact's portal, and to the staff's console. */
  @Get('links')
  @Requires('settings')
  async links(@Caller() caller: CallerIdentity): Promise<LinksDto> {
    return this.program.links(caller);
  }

  /** Changes where emails link to, also those that are not sent yet. */
  @Put('links')
  @Requires('settings')
  async changeLinks(
    @Body() body: ChangeLinksDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.program.changeLinks(body, caller, context);
  }

  /** The numbers of the program; texts are sent from the last. Never a token. */
  @Get('senders')
  @Requires('senders:read')
  async senders(@Caller() caller: CallerIdentity): Promise<SendersDto> {
    return this.program.senders(caller);
  }

  /**
   * Adds a number, or gives a number another account or token. Texts are sent from a new number at once: consent to
   * the former one does not hold for it. Until the rotation is ended, webhooks may be signed with the former token too.
   */
  @Put('senders')
  @Requires('senders:write')
  async setSender(
    @Body() body: SetSenderDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<SenderPayload> {
    return this.program.setSender(body, caller, context);
  }

  /** Stops accepting webhooks signed with the former token of a number. */
  @Post('senders/end-rotation')
  @HttpCode(200)
  @Requires('senders:write')
  async endTokenRotation(
    @Body() { senderId }: EndTokenRotationDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.program.endTokenRotation(senderId, caller, context);
  }
}
