import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs } from '../http/paging.dto.js';
import { ChoosePreferencesInput } from './notifications.requests.dto.js';
import { NotificationsService } from './notifications.service.js';
import { NotificationConnection, PreferencesDto, PreferencesPayload } from './notifications.view.js';

@Resolver()
export class NotificationsResolver {
  constructor(private readonly service: NotificationsService) {}

  @Query(() => PreferencesDto, { description: 'How the caller, a member of staff or a contact, is notified.' })
  @Requires('notifications')
  async preferences(@Caller() caller: CallerIdentity): Promise<PreferencesDto> {
    return this.service.preferences(caller);
  }

  @Query(() => NotificationConnection, {
    description: 'The emails about messages to the caller, sent or not, each with the reason; newest first.',
  })
  @Requires('notifications')
  async notifications(
    @Args() args: ConnectionArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof NotificationConnection>> {
    return connection(await this.service.list(caller, { ...args, limit: args.first }));
  }

  @Mutation(() => PreferencesPayload, {
    description: 'Chooses how the caller is notified. A chosen digest begins with the next message.',
  })
  @Requires('notifications')
  async choosePreferences(
    @Args('input') input: ChoosePreferencesInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<PreferencesPayload> {
    return this.service.choose(input, caller, context);
  }
}
