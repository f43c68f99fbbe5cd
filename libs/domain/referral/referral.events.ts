import type { EventTypes, Message } from '@app/kernel';

/** Somebody was referred. Status and external id are free text of another system, so they are sealed. */
export type ReferralCreated = Message<
  'ReferralCreated',
  { referralId: string; referrerId: string; referredId: string; status: string; externalId: string | null }
>;

export type ReferralEvent = ReferralCreated;

export const referralEventTypes = {
  ReferralCreated: { version: 1, sealed: ['status', 'externalId'], subject: 'referredId' },
} as const satisfies EventTypes<ReferralEvent>;
