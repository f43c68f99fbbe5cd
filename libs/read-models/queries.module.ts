import { Module } from '@nestjs/common';
import { ConsentQueries } from './consents/consent.queries.js';
import { ContactQueries } from './contacts/contact.queries.js';
import { DeliveryQueries } from './deliveries/delivery.queries.js';
import { Freshness } from './freshness.js';
import { InboxQueries } from './inbox/inbox.queries.js';
import { MemberQueries } from './members/member.queries.js';
import { ReferralQueries } from './referrals/referral.queries.js';
import { ThreadQueries } from './thread/thread.queries.js';

const queries = [ConsentQueries, ContactQueries, DeliveryQueries, Freshness, InboxQueries, MemberQueries, ReferralQueries, ThreadQueries];

/** The read side: what each screen asks for. */
@Module({ providers: queries, exports: queries })
export class QueriesModule {}
