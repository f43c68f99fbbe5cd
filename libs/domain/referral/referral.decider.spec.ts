import { deciderSpec } from '@app/testing';
import { referralDecider, ReferralExists } from './referral.decider.js';

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
});
