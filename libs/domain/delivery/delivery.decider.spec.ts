import { deciderSpec } from '@app/testing';
import {
  claimIdOf,
  deliveryDecider,
  DeliveryNotDue,
  DeliveryNotFound,
  DeliveryNotUncertain,
  deliveryOfClaim,
  type DeliveryCommand,
} from './delivery.decider.js';
import type { DeliveryEvent } from './delivery.events.js';

const delivery = deciderSpec(deliveryDecider);
const request = {
  deliveryId: 'd-1',
  channel: 'sms',
  lane: 'person',
  messageId: 'm1',
  conversationId: 'c1',
  recipient: { kind: 'contact', id: 'rita' },
  source: { stream: 'conversation-c1', revision: 4 },
  consentOf: { addressId: 'address-1', senderId: 'sender-1' },
  route: { senderId: 's1', country: '1' },
  notBefore: '2026-01-05T09:00:00.000Z',
  expiresAt: '2026-01-06T09:00:00.000Z',
} as const;
const claimId = 'd-1.1';
const at = '2026-01-05T10:00:00.000Z';

const requested: DeliveryEvent = { type: 'DeliveryRequested', data: request };
const claimed: DeliveryEvent = {
  type: 'DeliveryClaimed',
  data: { claimId, claimedAt: at, consents: [{ consentId: 'consent-1', revision: 2 }] },
};
const accepted: DeliveryEvent = { type: 'DeliveryAccepted', data: { claimId, providerMessageId: 'SM1' } };
const refused: DeliveryEvent = { type: 'DeliveryRejected', data: { claimId, code: '21211', reason: 'HTTP 400' } };
const uncertain: DeliveryEvent = { type: 'DeliveryUncertain', data: { claimId, cause: 'ETIMEDOUT' } };
const released: DeliveryEvent = { type: 'DeliveryReleased', data: { claimId, cause: '20429', notBefore: at } };
const form = { MessageSid: 'SM1', Unheard: 'of' };
const receiptOf = (status: string, claim = claimId, providerMessageId = 'SM1') => ({
  claimId: claim,
  providerMessageId,
  status,
  errorCode: null,
  form,
});
const received = (status: string): DeliveryEvent => ({
  type: 'ReceiptReceived',
  data: { ...receiptOf(status), contactId: 'rita' },
});

const claimAs = (id: string, claimedAt = at): DeliveryCommand => ({
  type: 'ClaimDelivery',
  data: { claimId: id, claimedAt, consents: [{ consentId: 'consent-1', revision: 2 }] },
});
const claim = claimAs(claimId);
const accept: DeliveryCommand = { type: 'AcceptDelivery', data: { claimId, providerMessageId: 'SM1' } };
const refuse: DeliveryCommand = { type: 'RejectDelivery', data: { claimId, code: '21211', reason: 'HTTP 400' } };
const doubt: DeliveryCommand = { type: 'DoubtDelivery', data: { claimId, cause: 'ETIMEDOUT' } };
const release: DeliveryCommand = { type: 'ReleaseDelivery', data: { claimId, cause: '20429', notBefore: at } };
const withhold: DeliveryCommand = {
  type: 'WithholdDelivery',
  data: { rule: 'RecipientOptedOut', refusedSenderId: null, consents: [{ consentId: 'consent-1', revision: 3 }] },
};
const settle = (decision: 'resend' | 'leave'): DeliveryCommand => ({
  type: 'SettleDelivery',
  data: { by: 'anna', decision, at: '2026-01-07T09:00:00.000Z' },
});
const receipt = (status: string, of = claimId): DeliveryCommand => ({
  type: 'NoteReceipt',
  data: receiptOf(status, of),
});

describe('delivery', () => {
  it('N3: is requested once', () => {
    delivery.given().when({ type: 'RequestDelivery', data: request }).then(requested);
    delivery.given(requested, claimed, accepted).when({ type: 'RequestDelivery', data: request }).thenNothing();
  });

  it('T2: cannot be handled unless it was requested', () => {
    for (const command of [claim, accept, refuse, doubt, release, withhold, settle('resend'), receipt('sent')])
      delivery.given().when(command).thenThrows(DeliveryNotFound);
  });

  it('T2, K9: has a claim with its own id and the consent revision that was read', () => {
    delivery.given(requested).when(claim).then(claimed);
    delivery
      .given(requested, claimed, released)
      .when(claimAs('d-1.2'))
      .then({
        type: 'DeliveryClaimed',
        data: { claimId: 'd-1.2', claimedAt: at, consents: [{ consentId: 'consent-1', revision: 2 }] },
      });
  });

  it('T2: is not claimed for a claim number that another worker has used, or before a later time', () => {
    delivery.given(requested, claimed, released).when(claim).thenThrows(DeliveryNotDue);
    delivery
      .given(requested, claimed, released)
      .when(claimAs('d-1.2', '2026-01-05T09:59:59.999Z'))
      .thenThrows(DeliveryNotDue);
  });

  it('T2: is found by its claim id', () => {
    expect(deliveryOfClaim(claimIdOf('7c9e6679-7425-40de-944b-e07fc1f90ae7', 12))).toBe(
      '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    );
  });

  it.each([[[claimed]], [[claimed, accepted]], [[claimed, refused]], [[claimed, uncertain]]])(
    'T2: is not claimed a second time, %#',
    (since) => {
      delivery
        .given(requested, ...since)
        .when(claim)
        .thenThrows(DeliveryNotDue);
    },
  );

  it('T2: ends accepted, refused or uncertain after the call', () => {
    delivery.given(requested, claimed).when(accept).then(accepted);
    delivery.given(requested, claimed).when(refuse).then(refused);
    delivery.given(requested, claimed).when(doubt).then(uncertain);
  });

  it.each([
    ['accepted', accepted],
    ['refused', refused],
  ] as const)('T2: accepts no other outcome after %s', (_name, outcome) => {
    for (const command of [accept, refuse, doubt, release])
      delivery.given(requested, claimed, outcome).when(command).thenNothing();
  });

  it('T2: ignores a response to another claim', () => {
    for (const command of [accept, refuse, doubt, release])
      delivery.given(requested, claimed, released).when(command).thenNothing();
  });

  it('T2: is settled after an uncertain outcome by what the provider shows later', () => {
    delivery.given(requested, claimed, uncertain).when(accept).then(accepted);
    delivery.given(requested, claimed, uncertain).when(receipt('sent')).then(received('sent'));
    delivery
      .given(requested, claimed, uncertain, received('sent'))
      .when(settle('resend'))
      .thenThrows(DeliveryNotUncertain);
  });

  it('T2: is resent with its whole lifetime, or left, by decision of staff after an uncertain outcome', () => {
    const times = { notBefore: '2026-01-07T09:00:00.000Z', expiresAt: '2026-01-08T09:00:00.000Z' };
    const again: DeliveryEvent = { type: 'DeliverySettled', data: { by: 'anna', decision: 'resend', ...times } };
    delivery.given(requested, claimed, uncertain).when(settle('resend')).then(again);
    delivery
      .given(requested, claimed, uncertain, again)
      .when(claimAs('d-1.2', times.notBefore))
      .then({
        type: 'DeliveryClaimed',
        data: { claimId: 'd-1.2', claimedAt: times.notBefore, consents: [{ consentId: 'consent-1', revision: 2 }] },
      });
    const left: DeliveryEvent = { type: 'DeliverySettled', data: { by: 'anna', decision: 'leave', ...times } };
    delivery.given(requested, claimed, uncertain, left).when(claim).thenThrows(DeliveryNotDue);
  });

  it.each([[[]], [[claimed]], [[claimed, accepted]], [[claimed, refused]]])(
    'T2: needs a decision only when it is uncertain, %#',
    (since: DeliveryEvent[]) => {
      delivery
        .given(requested, ...since)
        .when(settle('resend'))
        .thenThrows(DeliveryNotUncertain);
    },
  );

  describe('a receipt of the first claim, after staff decided to resend', () => {
    const again: DeliveryEvent = {
      type: 'DeliverySettled',
      data: { by: 'anna', decision: 'resend', notBefore: at, expiresAt: request.expiresAt },
    };
    const second: DeliveryEvent = {
      type: 'DeliveryClaimed',
      data: { claimId: 'd-1.2', claimedAt: at, consents: [{ consentId: 'consent-1', revision: 2 }] },
    };
    const history = [requested, claimed, uncertain, again];
    const stateAfter = (...events: DeliveryEvent[]) =>
      events.reduce((state, event) => deliveryDecider.evolve(state, event), deliveryDecider.initialState);

    it('T2: does not change the decision: the delivery is claimed and sent again', () => {
      delivery
        .given(...history, received('sent'))
        .when(claimAs('d-1.2'))
        .then(second);
    });

    it('T2: does not settle the second claim, whose own outcome counts', () => {
      const outcome: DeliveryEvent = {
        type: 'DeliveryReleased',
        data: { claimId: 'd-1.2', cause: '20429', notBefore: at },
      };
      delivery
        .given(...history, second, received('delivered'))
        .when({ type: 'ReleaseDelivery', data: outcome.data })
        .then(outcome);
      delivery
        .given(...history, second, received('delivered'))
        .when({ type: 'AcceptDelivery', data: { claimId: 'd-1.2', providerMessageId: 'SM2' } })
        .then({ type: 'DeliveryAccepted', data: { claimId: 'd-1.2', providerMessageId: 'SM2' } });
    });

    it('M7: is stored as history, with its own id and status', () => {
      expect(stateAfter(...history, second, received('delivered'))).toMatchObject({
        status: 'claimed',
        attempts: {
          newest: { claimId: 'd-1.2', providerMessageId: null, status: null },
          earlier: [{ claimId: 'd-1.1', providerMessageId: 'SM1', status: 'delivered' }],
        },
      });
    });
  });

  it.each(['20003', '21606', '30034', '21408', '30001', '30022'])(
    'T8: is not resent after a status callback that reports a failure, also with code %s',
    (errorCode) => {
      const failed: DeliveryEvent = {
        type: 'ReceiptReceived',
        data: { ...receiptOf('failed'), errorCode, contactId: 'rita' },
      };
      for (const history of [
        [claimed, failed],
        [claimed, accepted, failed],
        [claimed, uncertain, failed],
      ]) {
        delivery
          .given(requested, ...history)
          .when(claimAs('d-1.2'))
          .thenThrows(DeliveryNotDue);
        delivery
          .given(requested, ...history)
          .when(release)
          .thenNothing();
      }
    },
  );

  it('T2: a receipt before the response settles the claim', () => {
    delivery.given(requested, claimed).when(receipt('sent')).then(received('sent'));
    delivery.given(requested, claimed, received('sent')).when(accept).thenNothing();
  });

  it('T4: a repeated receipt is ignored; unknown parameters and statuses are stored', () => {
    delivery.given(requested, claimed, accepted, received('sent')).when(receipt('sent')).thenNothing();
    delivery.given(requested, claimed, accepted).when(receipt('teleported')).then(received('teleported'));
  });

  it.each(['d-1.0', 'd-1.2', 'd-1.x', 'd-1', ''])(
    'T3: a receipt for a claim that was never made, %j, is refused',
    (of) => {
      delivery.given(requested, claimed).when(receipt('sent', of)).thenThrows(DeliveryNotFound);
    },
  );

  it('K8, K9: a withheld text stores the rule and the consent', () => {
    const withheld: DeliveryEvent = {
      type: 'DeliveryWithheld',
      data: { rule: 'RecipientOptedOut', refusedSenderId: null, consents: [{ consentId: 'consent-1', revision: 3 }] },
    };
    delivery.given(requested).when(withhold).then(withheld);
    delivery.given(requested, withheld).when(claim).thenThrows(DeliveryNotDue);
    delivery.given(requested, claimed, accepted).when(withhold).thenThrows(DeliveryNotDue);
  });

  it('T2: an expired one is dropped; one in flight or not yet expired is not', () => {
    const expire = (now: string): DeliveryCommand => ({ type: 'ExpireDelivery', data: { at: now } });
    const expired: DeliveryEvent = { type: 'DeliveryExpired', data: { expiresAt: request.expiresAt } };
    delivery.given(requested).when(expire(request.expiresAt)).then(expired);
    delivery.given(requested).when(expire('2026-01-06T08:59:59.999Z')).thenNothing();
    delivery.given(requested, claimed).when(expire(request.expiresAt)).thenNothing();
    delivery.given(requested, expired).when(claim).thenThrows(DeliveryNotDue);
  });
});
