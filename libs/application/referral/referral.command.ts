import type { ReferralCommand } from '@app/domain/referral';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type ReferralIntent =
  | Message<'CreateReferral', { referrerId: string; referredId: string; status: string; externalId: string | null }>
  | Extract<ReferralCommand, { type: 'ChangeReferralStatus' }>;
export class HandleReferral extends AggregateCommand<ReferralIntent> {}
