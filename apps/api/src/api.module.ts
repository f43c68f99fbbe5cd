import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TwilioWebhookSignatures } from '@app/composition';
import { ApplicationModule } from '@app/application';
import { WebhookSignatures } from '@app/gateways';
import { AuthenticationGuard, HealthController, ProblemFilter } from '@app/platform';
import { QueriesModule } from '@app/read-models';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkResolver } from './bulk/bulk.resolver.js';
import { BulkService } from './bulk/bulk.service.js';
import { BlocksController } from './blocks/blocks.controller.js';
import { BlocksResolver } from './blocks/blocks.resolver.js';
import { BlocksService } from './blocks/blocks.service.js';
import { ConsentsController } from './consents/consents.controller.js';
import { ConsentsResolver } from './consents/consents.resolver.js';
import { ConsentsService } from './consents/consents.service.js';
import { ContactsController } from './contacts/contacts.controller.js';
import { ContactsResolver } from './contacts/contacts.resolver.js';
import { ContactsService } from './contacts/contacts.service.js';
import { ConversationsController } from './conversations/conversations.controller.js';
import { ConversationsResolver, MessagesResolver } from './conversations/conversations.resolver.js';
import { ConversationsService } from './conversations/conversations.service.js';
import { CountsController } from './counts/counts.controller.js';
import { CountsResolver } from './counts/counts.resolver.js';
import { CountsService } from './counts/counts.service.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveriesResolver } from './deliveries/deliveries.resolver.js';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { DevMailController } from './dev-mail.controller.js';
import { ExportsController } from './exports/exports.controller.js';
import { ExportsResolver } from './exports/exports.resolver.js';
import { ExportsService } from './exports/exports.service.js';
import { GraphqlApiModule } from './graphql/graphql.module.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsResolver } from './imports/imports.resolver.js';
import { ImportsService } from './imports/imports.service.js';
import { CommandContexts } from './http/command-context.js';
import { Membership } from './http/membership.js';
import { LeadsController } from './leads/leads.controller.js';
import { LeadsResolver } from './leads/leads.resolver.js';
import { LeadsService } from './leads/leads.service.js';
import { MeController, MembersController } from './members/members.controller.js';
import { MembersResolver } from './members/members.resolver.js';
import { MembersService } from './members/members.service.js';
import { NotificationsController } from './notifications/notifications.controller.js';
import { NotificationsResolver } from './notifications/notifications.resolver.js';
import { NotificationsService } from './notifications/notifications.service.js';
import { ContactActive } from './portal/contact-active.js';
import { PortalController } from './portal/portal.controller.js';
import { PortalResolver } from './portal/portal.resolver.js';
import { PortalService } from './portal/portal.service.js';
import { WidgetOrigin, WidgetPreflight } from './portal/widget-origin.js';
import { ProgramController } from './program/program.controller.js';
import { ProgramResolver } from './program/program.resolver.js';
import { ProgramService } from './program/program.service.js';
import { ReferralsController } from './referrals/referrals.controller.js';
import { ReferralsResolver } from './referrals/referrals.resolver.js';
import { ReferralsService } from './referrals/referrals.service.js';
import { TwilioWebhooksController } from './webhooks/twilio-webhooks.controller.js';

/** Commands in, queries out: REST, GraphQL, the portal, and the provider's webhooks. */
@Module({
  imports: [ApplicationModule, QueriesModule, GraphqlApiModule],
  controllers: [
    ConversationsController,
    ContactsController,
    LeadsController,
    ReferralsController,
    ConsentsController,
    BulkController,
    CountsController,
    DeliveriesController,
    ExportsController,
    ImportsController,
    BlocksController,
    MembersController,
    MeController,
    NotificationsController,
    ProgramController,
    PortalController,
    WidgetPreflight,
    TwilioWebhooksController,
    HealthController,
    DevMailController,
  ],
  providers: [
    CommandContexts,
    ConversationsService,
    ConversationsResolver,
    MessagesResolver,
    ContactsService,
    ContactsResolver,
    LeadsService,
    LeadsResolver,
    ReferralsService,
    ReferralsResolver,
    ConsentsService,
    ConsentsResolver,
    BulkService,
    BulkResolver,
    CountsService,
    CountsResolver,
    DeliveriesService,
    DeliveriesResolver,
    ExportsService,
    ExportsResolver,
    ImportsService,
    ImportsResolver,
    BlocksService,
    BlocksResolver,
    MembersService,
    MembersResolver,
    NotificationsService,
    NotificationsResolver,
    ProgramService,
    ProgramResolver,
    PortalService,
    PortalResolver,
    ContactActive,
    WidgetOrigin,
    Membership,
    { provide: WebhookSignatures, useClass: TwilioWebhookSignatures },
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class ApiModule {}
