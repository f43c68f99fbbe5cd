import { DomainError, type Decider, type Message, type Open } from '@app/kernel';
import type { ReferralCreated, ReferralEvent } from './referral.events.js';

export type ReferralCommand = Message<'CreateReferral', Open<ReferralCreated['data']>>;

/** A referral: the referrer recommends the referred person. */
export type Referral =
  | { readonly status: 'none' }
  | { readonly status: 'created'; readonly referrerId: string; readonly referredId: string };

export const referralDecider: Decider<Referral, ReferralCommand, ReferralEvent> = {
  initialState: { status: 'none' },
  decide(command, state) {
    if (state.status === 'created') throw new ReferralExists(command.data.referralId);
    return [{ type: 'ReferralCreated', data: command.data }];
  },
  evolve: (_state, { data: { referrerId, referredId } }) => ({ status: 'created', referrerId, referredId }),
};

export class ReferralNotFound extends DomainError {
  readonly code = 'ReferralNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such referral in this program');
  }
}
export class ReferralExists extends DomainError {
  readonly code = 'ReferralExists';
  constructor(readonly referralId: string) {
    super('A referral with this external id already exists');
  }
}
