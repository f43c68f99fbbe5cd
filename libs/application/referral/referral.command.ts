import type { ReferralCommand } from '@app/domain/referral';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type ReferralIntent =
  | Message<'CreateReferral', { referrerId: string; referredId: string; status: string; externalId: string | null }>
  | Message<'SaveReferral', SavedReferral & { readonly by: string }>
  | Extract<ReferralCommand, { type: 'ChangeReferralStatus' | 'RecordPayout' }>;

/** Another system's version of a referral; `null` for what it does not say. */
export type SavedReferral = {
  readonly externalId: string;
  readonly referrerExternalId: string | null;
  readonly referredExternalId: string | null;
  readonly status: string | null;
};

export class HandleReferral extends AggregateCommand<ReferralIntent> {}
