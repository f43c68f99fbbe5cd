import type { EventTypes, Message } from '@app/kernel';

export type ReferralCreated = Message<
  'ReferralCreated',
  { referralId: string; referrerId: string; referredId: string; status: string; externalId: string | null }
>;

export type ReferralEvent = ReferralCreated;

export const referralEventTypes = {
  ReferralCreated: { version: 1 },
} as const satisfies EventTypes<ReferralEvent>;
