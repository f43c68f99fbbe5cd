import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { DueRow, DueWork } from '@app/eventing';
import * as exported from './handlers.js';
import { Automation } from './reactions/automation.js';
import { BulkActions } from './bulk/bulk-actions.js';
import { ConversationStarter } from './conversation/conversation-starter.js';
import { InboundTopics } from './exchange/inbound-topics.js';
import { OtherSystems } from './exchange/other-systems.js';
import { ConversationExport } from './export/conversation-export.js';
import { ExportLinks } from './export/export-links.js';
import { WithdrawExports } from './export/withdraw-exports.js';
import { InboundEntry } from './inbound/inbound-entry.js';
import { InboundRouter } from './inbound/inbound-router.js';
import { LeadFinder } from './contact/lead-finder.js';
import { Lookups } from './lookups/lookups.js';
import { NaturalKeys } from './lookups/natural-keys.js';
import { Parking } from './parking/parking.js';
import {
  ContactQueries,
  ExportedMessages,
  ExportQueries,
  Freshness,
  InboxQueries,
  MemberQueries,
  ReadModelReader,
  ThreadQueries,
  UsageQueries,
} from '@app/read-models';
import { ConsentReader } from './consent/send-gate.js';
import { PortalBlock } from './block/portal-block.js';
import { MessageMoves } from './conversation/message-moves.js';
import { MessageGate } from './conversation/message-gate.js';
import { TextQuota } from './conversation/text-quota.js';

/** The classes with this method among everything that the registered files export. */
const withMethod = (method: string): readonly Type[] =>
  Object.values<object>(exported).filter(
    (value): value is Type =>
      typeof value === 'function' && value.prototype instanceof Object && method in value.prototype,
  );

/** The automation's work that is due at a time. */
export const dueWork = withMethod('do') as readonly Type<DueWork<DueRow>>[];

/** The write side: one command handler per aggregate, behind the command bus. */
@Module({
  imports: [CqrsModule],
  providers: [
    ...withMethod('execute'),
    ...dueWork,
    Automation,
    BulkActions,
    Lookups,
    NaturalKeys,
    ConsentReader,
    ConversationExport,
    ExportLinks,
    WithdrawExports,
    ConversationStarter,
    InboundEntry,
    InboundRouter,
    InboundTopics,
    OtherSystems,
    Parking,
    LeadFinder,
    MessageGate,
    MessageMoves,
    PortalBlock,
    TextQuota,
    ContactQueries,
    ExportedMessages,
    ExportQueries,
    Freshness,
    InboxQueries,
    MemberQueries,
    ReadModelReader,
    ThreadQueries,
    UsageQueries,
  ],
  exports: [
    CqrsModule,
    BulkActions,
    ...dueWork,
    Automation,
    Lookups,
    NaturalKeys,
    ConsentReader,
    ConversationExport,
    ExportLinks,
    ConversationStarter,
    InboundEntry,
    InboundRouter,
    InboundTopics,
    LeadFinder,
    Parking,
  ],
})
export class ApplicationModule {}
