import { deciderSpec } from '@app/testing';
import { referralDecider, ReferralExists, ReferralNotFound } from './referral.decider.js';

const data = { referralId: 'referral-1', referrerId: 'rita', referredId: 'paul', status: 'new', externalId: 'crm-9' };

describe('referral', () => {
  const referral = deciderSpec(referralDecider);

  it('R3: stores the referrer, the referred person and the status', () =>
    referral.given().when({ type: 'CreateReferral', data }).then({ type: 'ReferralCreated', data }));

  it('R3: is created once', () => {
    referral
      .given({ type: 'ReferralCreated', data })
      .when({ type: 'CreateReferral', data: { ...data, status: 'won' } })
      .thenThrows(ReferralExists);
  });

  const created = { type: 'ReferralCreated', data } as const;
  const change = (status: string) => ({ type: 'ChangeReferralStatus', data: { status, by: 'anna' } }) as const;
  const changed = (from: string, to: string) =>
    ({
      type: 'ReferralStatusChanged',
      data: { referralId: 'referral-1', referrerId: 'rita', referredId: 'paul', from, to, by: 'anna' },
    }) as const;

  it('R3: changes its status, from the last one', () => {
    referral.given(created).when(change('quoted')).then(changed('new', 'quoted'));
    referral.given(created, changed('new', 'quoted')).when(change('won')).then(changed('quoted', 'won'));
  });

  it('R3: does not change to the status that it has', () => {
    referral.given(created, changed('new', 'quoted')).when(change('quoted')).thenNothing();
  });

  it('R3: has no status before it exists', () => referral.given().when(change('won')).thenThrows(ReferralNotFound));
});
