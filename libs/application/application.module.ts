import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import * as exported from './handlers.js';
import { Automation } from './reactions/automation.js';
import { dueWork } from './reactions/due-work.js';
import { ConversationStarter } from './conversation/conversation-starter.js';
import { InboundEntry } from './inbound/inbound-entry.js';
import { InboundRouter } from './inbound/inbound-router.js';
import { Lookups } from './lookups/lookups.js';
import { NaturalKeys } from './lookups/natural-keys.js';
import { Parking } from './parking/parking.js';
import { UsageQueries } from '@app/read-models';
import { ConsentReader } from './consent/send-gate.js';
import { TextQuota } from './conversation/text-quota.js';

/** The command handlers among everything that their files export. */
const handlers = Object.values<object>(exported).filter(
  (value): value is Type =>
    typeof value === 'function' && value.prototype instanceof Object && 'execute' in value.prototype,
);

/** The write side: one command handler per aggregate, behind the command bus. */
@Module({
  imports: [CqrsModule],
  providers: [
    ...handlers,
    ...dueWork,
    Automation,
    Lookups,
    NaturalKeys,
    ConsentReader,
    ConversationStarter,
    InboundEntry,
    InboundRouter,
    Parking,
    TextQuota,
    UsageQueries,
  ],
  exports: [
    CqrsModule,
    ...dueWork,
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
