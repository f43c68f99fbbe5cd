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

export type ReferralEvent = ReferralCreated;

export const referralEventTypes = {
  ReferralCreated: { version: 1, sealed: { status: 'referredId', externalId: 'referredId' } },
} as const satisfies EventTypes<ReferralEvent>;
