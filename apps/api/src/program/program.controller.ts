import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';
import { ChangeLinksDto } from './program.requests.dto.js';
import { ProgramService } from './program.service.js';
import { LinksDto } from './program.view.js';

@ApiTags('settings')
@Controller('v1/program')
export class ProgramController {
  constructor(private readonly program: ProgramService) {}

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
}
