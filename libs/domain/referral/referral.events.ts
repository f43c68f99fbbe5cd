import type { EventTypes, Message, Personal } from '@app/kernel';

/** Somebody was referred. Status and external id are free text of another system, so they are sealed. */
export type ReferralCreated = Message<
  'ReferralCreated',
  {
    referralId: string;
    referrerId: string;
    referredId: string;
    status: Personal<string>;
    externalId: Personal<string | null>;
  }
>;

/** Another status. `from` is the status before. */
export type ReferralStatusChanged = Message<
  'ReferralStatusChanged',
  {
    referralId: string;
    referrerId: string;
    referredId: string;
    from: Personal<string>;
    to: Personal<string>;
    by: string;
  }
>;

/**
 * Another system says that the referrer was paid: an amount in minor units of an ISO 4217 currency, and when. Each payout
 * has an id in that system.
 */
export type PayoutRecorded = Message<
  'PayoutRecorded',
  {
    referralId: string;
    referrerId: string;
    externalId: Personal<string>;
    amount: Personal<number>;
    currency: string;
    paidAt: string;
    by: string;
  }
>;

export type ReferralEvent = ReferralCreated | ReferralStatusChanged | PayoutRecorded;

export const referralEventTypes = {
  ReferralCreated: { version: 1, sealed: { status: 'referredId', externalId: 'referredId' } },
  ReferralStatusChanged: { version: 1, sealed: { from: 'referredId', to: 'referredId' } },
  PayoutRecorded: { version: 1, sealed: { externalId: 'referrerId', amount: 'referrerId' } },
} as const satisfies EventTypes<ReferralEvent>;
