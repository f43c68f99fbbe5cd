import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Automation } from './reactions/automation.js';
import { ConsentHandler } from './consent/consent.handler.js';
import { ContactHandler } from './contact/contact.handler.js';
import { ConversationStarter } from './conversation/conversation-starter.js';
import { ConversationHandler } from './conversation/conversation.handler.js';
import { DeliveryHandler } from './delivery/delivery.handler.js';
import { Erasure } from './erasure/erasure.js';
import { InboundEntry } from './inbound/inbound-entry.js';
import { InboundRouter } from './inbound/inbound-router.js';
import { Lookups } from './lookups/lookups.js';
import { NaturalKeys } from './lookups/natural-keys.js';
import { Parking } from './parking/parking.js';
import { AddressHandler } from './address/address.handler.js';
import { HoldHandler } from './hold/hold.handler.js';
import { InboundHandler } from './inbound/inbound.handler.js';
import { MemberHandler } from './member/member.handler.js';
import { NotificationHandler } from './notification/notification.handler.js';
import { ParkedHandler } from './parking/parked.handler.js';
import { ProgramHandler } from './program/program.handler.js';
import { ProviderOptOuts } from './consent/provider-opt-outs.js';
import { ReferralHandler } from './referral/referral.handler.js';
import { RequestHandler } from './request/request.handler.js';
import { UsageQueries } from '@app/read-models';
import { ConsentReader } from './consent/send-gate.js';
import { TextQuota } from './conversation/text-quota.js';

/** The write side: one command handler per aggregate, behind the command bus. */
@Module({
  imports: [CqrsModule],
  providers: [
    Automation,
    Lookups,
    NaturalKeys,
    ConsentReader,
    ConversationStarter,
    Erasure,
    InboundEntry,
    InboundRouter,
    AddressHandler,
    ConsentHandler,
    ContactHandler,
    ConversationHandler,
    DeliveryHandler,
    HoldHandler,
    InboundHandler,
    MemberHandler,
    NotificationHandler,
    ParkedHandler,
    Parking,
    ProgramHandler,
    ProviderOptOuts,
    ReferralHandler,
    RequestHandler,
    TextQuota,
    UsageQueries,
  ],
  exports: [
    CqrsModule,
    Automation,
    Lookups,
    NaturalKeys,
    ConsentReader,
    ConversationStarter,
    InboundEntry,
    InboundRouter,
    Parking,
  ],
})
export class ApplicationModule {}
