import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandlePreference, ids, Lookups } from '@app/application';
import { preferenceAggregate, type PersonRef } from '@app/domain/preference';
import { Aggregates, type CommandContext } from '@app/eventing';
import { emailsInForce } from '@app/kernel';
import type { CallerIdentity } from '@app/platform';
import { Freshness, NotificationQueries, type Listing, type NotificationView } from '@app/read-models';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { PageDto } from '../http/paging.dto.js';
import { ContactActive } from '../portal/contact-active.js';
import type { ChoosePreferencesDto } from './notifications.requests.dto.js';
import type { PreferencesDto } from './notifications.view.js';

/** The caller's own notifications, for REST and GraphQL. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly contactActive: ContactActive,
    private readonly notifications: NotificationQueries,
    private readonly freshness: Freshness,
  ) {}

  /** @throws PortalClosed */
  async preferences(caller: CallerIdentity): Promise<PreferencesDto> {
    const { id } = await this.personOf(caller);
    const { policies } = await this.lookups.program(caller.programId);
    const { state, revision } = await this.aggregates.load(preferenceAggregate, id);
    const { email } = state;
    return {
      email,
      emailInForce: emailsInForce(policies.emailNotifications, email),
      revision: revision === 'no-stream' ? -1 : revision,
    };
  }

  /** @throws PortalClosed */
  async choose(
    { email }: ChoosePreferencesDto,
    caller: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    const { id, person } = await this.personOf(caller);
    const data = { person, channel: 'email', choice: email, via: 'account' } as const;
    return commandResponse(
      await this.commands.execute(new HandlePreference(id, { type: 'ChooseNotifications', data }, context)),
    );
  }

  /** @throws PortalClosed, InvalidCursor */
  async list(caller: CallerIdentity, { position, after, limit }: PageDto): Promise<Listing<NotificationView>> {
    const { person } = await this.personOf(caller);
    return this.freshness.list(caller.programId, position, () =>
      this.notifications.page(caller.programId, person, after, limit),
    );
  }

  /** The id of the caller's preferences, and the caller as in events. */
  private async personOf(caller: CallerIdentity): Promise<{ readonly id: string; readonly person: PersonRef }> {
    if (caller.kind === 'contact') await this.contactActive.check(caller);
    const person = { kind: caller.kind, id: caller.id };
    return { id: ids.preference(caller.programId, person), person };
  }
}
