import { decideByType, DomainError, type Decider, type Message, type Open, type Personal } from '@app/kernel';
import type { ReferralCreated, ReferralEvent } from './referral.events.js';

export type ReferralCommand =
  | Message<'CreateReferral', Open<ReferralCreated['data']>>
  | Message<'ChangeReferralStatus', { status: string; by: string }>;

/** A referral: the referrer recommends the referred person. */
export type Referral =
  | { readonly status: 'none' }
  | {
      readonly status: 'created';
      readonly referralId: string;
      readonly referrerId: string;
      readonly referredId: string;
      /** Free text, such as "site visit planned". */
      readonly progress: Personal<string>;
    };

export const referralDecider: Decider<Referral, ReferralCommand, ReferralEvent> = {
  initialState: { status: 'none' },
  decide: decideByType<Referral, ReferralCommand, ReferralEvent>({
    CreateReferral(data, state) {
      if (state.status === 'created') throw new ReferralExists(data.referralId);
      return [{ type: 'ReferralCreated', data }];
    },
    ChangeReferralStatus({ status: to, by }, state) {
      if (state.status === 'none') throw new ReferralNotFound();
      const { referralId, referrerId, referredId, progress: from } = state;
      return from === to
        ? []
        : [{ type: 'ReferralStatusChanged', data: { referralId, referrerId, referredId, from, to, by } }];
    },
  }),
  evolve(_state, event) {
    const { referralId, referrerId, referredId } = event.data;
    const progress = event.type === 'ReferralCreated' ? event.data.status : event.data.to;
    return { status: 'created', referralId, referrerId, referredId, progress };
  },
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
