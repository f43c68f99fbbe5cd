import { decideByType, DomainError, isErased, type Decider, type Message, type Open, type Personal } from '@app/kernel';
import type { PayoutRecorded, ReferralCreated, ReferralEvent } from './referral.events.js';

export type ReferralCommand =
  | Message<'CreateReferral', Open<ReferralCreated['data']>>
  | Message<'ChangeReferralStatus', { status: string; by: string }>
  /** Another system's version of a referral; `null` for what it does not say. */
  | Message<'SaveReferral', SavedReferral>
  | Message<'RecordPayout', Payout & { readonly by: string }>;

type SavedReferral = {
  readonly referralId: string;
  readonly externalId: string;
  readonly referrerId: string | null;
  readonly referredId: string | null;
  readonly status: string | null;
  readonly by: string;
};

/** What another system says about a payout. */
export type Payout = Pick<Open<PayoutRecorded['data']>, 'externalId' | 'amount' | 'currency' | 'paidAt'>;

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
      readonly payouts: readonly Payout[];
    };

export const referralDecider: Decider<Referral, ReferralCommand, ReferralEvent> = {
  initialState: { status: 'none' },
  decide: decideByType<Referral, ReferralCommand, ReferralEvent>({
    CreateReferral(data, state) {
      if (state.status === 'created') throw new ReferralExists(data.referralId);
      return [{ type: 'ReferralCreated', data }];
    },
    ChangeReferralStatus: ({ status, by }, state) => changed(existing(state), status, by),
    SaveReferral({ referralId, externalId, referrerId, referredId, status, by }, state) {
      if (state.status === 'none') {
        if (referrerId === null || referredId === null) throw new ReferralNotFound();
        const data = { referralId, referrerId, referredId, status: status ?? 'new', externalId };
        return [{ type: 'ReferralCreated', data }];
      }
      const isOther = (given: string | null, known: string): boolean => given !== null && given !== known;
      if (isOther(referrerId, state.referrerId) || isOther(referredId, state.referredId))
        throw new ReferralSidesDiffer(referralId);
      return status === null ? [] : changed(state, status, by);
    },
    RecordPayout({ by, ...payout }, state) {
      const { referralId, referrerId, payouts } = existing(state);
      const known = payouts.find(({ externalId }) => externalId === payout.externalId);
      if (!known) return [{ type: 'PayoutRecorded', data: { referralId, referrerId, ...payout, by } }];
      if (known.amount !== payout.amount || known.currency !== payout.currency || known.paidAt !== payout.paidAt)
        throw new PayoutExists();
      return [];
    },
  }),
  evolve(state, event) {
    if (event.type === 'PayoutRecorded') return state.status === 'none' ? state : withPayout(state, event.data);
    const { referralId, referrerId, referredId } = event.data;
    const progress = event.type === 'ReferralCreated' ? event.data.status : event.data.to;
    const payouts = state.status === 'none' ? [] : state.payouts;
    return { status: 'created', referralId, referrerId, referredId, progress, payouts };
  },
};

type Existing = Exclude<Referral, { status: 'none' }>;

/** @throws ReferralNotFound */
function existing(referral: Referral): Existing {
  if (referral.status === 'none') throw new ReferralNotFound();
  return referral;
}

const changed = (
  { referralId, referrerId, referredId, progress: from }: Existing,
  to: string,
  by: string,
): readonly ReferralEvent[] =>
  from === to ? [] : [{ type: 'ReferralStatusChanged', data: { referralId, referrerId, referredId, from, to, by } }];

function withPayout(referral: Existing, { externalId, amount, currency, paidAt }: PayoutRecorded['data']): Existing {
  if (isErased(externalId) || isErased(amount)) return referral;
  return { ...referral, payouts: [...referral.payouts, { externalId, amount, currency, paidAt }] };
}

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
/** Who referred whom does not change. */
export class ReferralSidesDiffer extends DomainError {
  readonly code = 'ReferralSidesDiffer';
  constructor(readonly referralId: string) {
    super('The referral with this external id has another referrer or referred person; use another external id');
  }
}
export class PayoutExists extends DomainError {
  readonly code = 'PayoutExists';
  constructor() {
    super('A payout with this external id and another amount, currency or time exists; use another external id');
  }
}
