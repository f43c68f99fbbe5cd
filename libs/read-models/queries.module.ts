import { Module, type OnModuleInit } from '@nestjs/common';
import { ReadModelStore } from '@app/eventing';
import { BulkQueries } from './bulks/bulk.queries.js';
import { BlockQueries } from './blocks/block.queries.js';
import { ConsentQueries } from './consents/consent.queries.js';
import { ContactQueries } from './contacts/contact.queries.js';
import { CountQueries } from './counts/count.queries.js';
import { DeliveryQueries } from './deliveries/delivery.queries.js';
import { ExportQueries } from './exports/export.queries.js';
import { Freshness } from './freshness.js';
import { HistoryQueries } from './history/history.queries.js';
import { ImportQueries } from './imports/import.queries.js';
import { InboxQueries } from './inbox/inbox.queries.js';
import { MemberQueries } from './members/member.queries.js';
import { NotificationQueries } from './notifications/notification.queries.js';
import { ParkedQueries } from './parked/parked.queries.js';
import { ProgramQueries } from './programs/program.queries.js';
import { readModels } from './read-models.js';
import { ReadModelReader } from './read-model-reader.js';
import { ReferralQueries } from './referrals/referral.queries.js';
import { ThreadQueries } from './thread/thread.queries.js';

const queries = [
  BulkQueries,
  BlockQueries,
  ConsentQueries,
  ContactQueries,
  CountQueries,
  DeliveryQueries,
  ExportQueries,
  Freshness,
  HistoryQueries,
  ImportQueries,
  InboxQueries,
  MemberQueries,
  NotificationQueries,
  ParkedQueries,
  ProgramQueries,
  ReadModelReader,
  ReferralQueries,
  ThreadQueries,
];

/** The read side: the queries of all screens. */
@Module({ providers: queries, exports: queries })
export class QueriesModule implements OnModuleInit {
  constructor(private readonly readModels: ReadModelStore) {}

  /** A read model can be queried before its projector has started. */
  async onModuleInit(): Promise<void> {
    for (const model of readModels) await this.readModels.prepare(model);
  }
}
