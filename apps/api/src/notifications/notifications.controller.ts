import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';
import { PageDto } from '../http/paging.dto.js';
import { ChoosePreferencesDto } from './notifications.requests.dto.js';
import { NotificationsService } from './notifications.service.js';
import { NotificationsDto, PreferencesDto } from './notifications.view.js';

@ApiTags('notifications')
@Controller('v1/me')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  /** How the caller, a member of staff or a contact, is notified. */
  @Get('preferences')
  @Requires('notifications')
  async preferences(@Caller() caller: CallerIdentity): Promise<PreferencesDto> {
    return this.notifications.preferences(caller);
  }

  /** Chooses how the caller is notified. A chosen digest begins with the next message. */
  @Put('preferences')
  @Requires('notifications')
  async choose(
    @Body() body: ChoosePreferencesDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.notifications.choose(body, caller, context);
  }

  /** The emails about messages to the caller, sent or not, each with the reason; newest first. */
  @Get('notifications')
  @Requires('notifications')
  async list(@Query() query: PageDto, @Caller() caller: CallerIdentity): Promise<NotificationsDto> {
    return this.notifications.list(caller, query);
  }
}
