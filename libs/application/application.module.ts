import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Automation } from './automation.js';
import { ConsentHandler } from './consent.handler.js';
import { ContactHandler } from './contact.handler.js';
import { ConversationStarter } from './conversation-starter.js';
import { ConversationHandler } from './conversation.handler.js';
import { DeliveryHandler } from './delivery.handler.js';
import { Erasure } from './erasure.js';
import { InboundEntry } from './inbound-entry.js';
import { InboundRouter } from './inbound-router.js';
import { Lookups } from './lookups.js';
import { NaturalKeys } from './natural-keys.js';
import { Parking } from './parking.js';
import { AddressHandler, HoldHandler, InboundHandler, MemberHandler, NotificationHandler, ParkedHandler, ProgramHandler } from './plain.handlers.js';
import { ProviderOptOuts } from './provider-opt-outs.js';
import { ReferralHandler } from './referral.handler.js';
import { RequestHandler } from './request.handler.js';
import { UsageQueries } from '../read-models/usage/usage.queries.js';
import { ConsentReader } from './send-gate.js';
import { TextQuota } from './text-quota.js';

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
  exports: [CqrsModule, Automation, Lookups, NaturalKeys, ConsentReader, ConversationStarter, InboundEntry, InboundRouter, Parking],
})
export class ApplicationModule {}
