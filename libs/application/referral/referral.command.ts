import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type ReferralIntent = Message<
  'CreateReferral',
  { referrerId: string; referredId: string; status: string; externalId: string | null }
>;
export class HandleReferral extends AggregateCommand<ReferralIntent> {}
