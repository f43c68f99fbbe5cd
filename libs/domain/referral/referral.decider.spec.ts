import { deciderSpec } from '@app/testing';
import {
  PayoutExists,
  referralDecider,
  ReferralExists,
  ReferralNotFound,
  ReferralSidesDiffer,
} from './referral.decider.js';

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

  const save = (given: object) =>
    ({
      type: 'SaveReferral',
      data: {
        referralId: 'referral-1',
        externalId: 'crm-9',
        referrerId: null,
        referredId: null,
        status: null,
        by: 'anna',
        ...given,
      },
    }) as const;
  const sides = { referrerId: 'rita', referredId: 'paul' };

  it('R8: another system creates it, and changes its status', () => {
    referral.given().when(save(sides)).then(created);
    referral
      .given(created)
      .when(save({ status: 'quoted' }))
      .then(changed('new', 'quoted'));
    referral
      .given(created)
      .when(save({ ...sides, status: 'quoted' }))
      .then(changed('new', 'quoted'));
  });

  it('R8: the same version again changes nothing', () => {
    referral.given(created).when(save(sides)).thenNothing();
    referral
      .given(created)
      .when(save({ ...sides, status: 'new' }))
      .thenNothing();
  });

  it('R8: is not created without both sides, and keeps them', () => {
    referral
      .given()
      .when(save({ status: 'won' }))
      .thenThrows(ReferralNotFound);
    referral
      .given()
      .when(save({ referrerId: 'rita' }))
      .thenThrows(ReferralNotFound);
    referral
      .given(created)
      .when(save({ ...sides, referredId: 'olga' }))
      .thenThrows(ReferralSidesDiffer);
    referral
      .given(created)
      .when(save({ referrerId: 'olga' }))
      .thenThrows(ReferralSidesDiffer);
  });

  const payout = { externalId: 'payout-1', amount: 25_000, currency: 'USD', paidAt: '2026-01-05T09:00:00.000Z' };
  const record = (given: object = {}) => ({ type: 'RecordPayout', data: { ...payout, by: 'anna', ...given } }) as const;
  const recorded = {
    type: 'PayoutRecorded',
    data: { referralId: 'referral-1', referrerId: 'rita', ...payout, by: 'anna' },
  } as const;

  it('R8: records each payout once', () => {
    referral.given(created).when(record()).then(recorded);
    referral
      .given(created, recorded)
      .when(record({ by: 'ben' }))
      .thenNothing();
    referral
      .given(created, recorded, changed('new', 'won'))
      .when(record({ externalId: 'payout-2' }))
      .then({ type: 'PayoutRecorded', data: { ...recorded.data, externalId: 'payout-2' } });
    referral.given().when(record()).thenThrows(ReferralNotFound);
  });

  it.each([{ amount: 1 }, { currency: 'EUR' }, { paidAt: '2026-01-06T09:00:00.000Z' }])(
    'R8: refuses another payout under the same id: %j',
    (given) => referral.given(created, recorded).when(record(given)).thenThrows(PayoutExists),
  );
});
