import fc from 'fast-check';
import type { Message, Recorded } from '@app/kernel';
import { noAttempts, type Attempt, type Attempts, type DeliveryEvent } from '@app/domain/delivery';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { deliveriesProjection, messageState } from './deliveries.projection.js';

const deliveries = projectionSpec(deliveriesProjection);
const happened = (record: ReturnType<typeof newRecord>, event: Message) =>
  record('delivery-delivery-1', event) as Recorded<DeliveryEvent>;
const record = newRecord();
const of = (type: DeliveryEvent['type']) => happened(record, sampleOf(type));
const receipt = (status: string, errorCode: string | null = null, at = record) =>
  happened(at, { type: 'ReceiptReceived', data: { ...samples.ReceiptReceived, status, errorCode } });

const newest = (said: Partial<Attempt>): Attempts => ({
  newest: { claimId: 'delivery-1.1', providerMessageId: null, status: null, errorCode: null, ...said },
  earlier: [],
});

/** The rank of a displayed state, and the provider's order of its statuses. */
const forward = ['sending', 'accepted', 'scheduled', 'queued', 'sent', 'delivered'];
const rankOf = (state: string): number => forward.indexOf(state);

describe('deliveries', () => {
  const requested = of('DeliveryRequested');
  const claimed = of('DeliveryClaimed');

  it('M7: shows the request, but not where the text is stored', () => {
    const { deliveryId: id, source: _, consentOf: __, route: ___, ...request } = samples.DeliveryRequested;
    const places = {
      queue: 'program-1 sms sender-1 1',
      addressee: 'address-1 sender-1',
      orderingKey: 'conversation-1 contact-rita sms',
      contactId: 'contact-rita',
    };
    deliveries
      .given()
      .when(requested)
      .then({
        id,
        ...request,
        ...places,
        programId: 'program-1',
        status: 'requested',
        attempts: noAttempts,
        reason: null,
      });
    expect(documentsOf(deliveriesProjection, [requested]).get('delivery-1')).not.toHaveProperty('source');
  });

  it('T2: shows the claim, and removes it when it is released', () => {
    deliveries
      .given(requested)
      .when(claimed)
      .then({ status: 'claimed', claimId: 'delivery-1.1', claimedAt: samples.DeliveryClaimed.claimedAt });
    deliveries
      .given(requested, claimed)
      .when(of('DeliveryReleased'))
      .then({ status: 'requested', claimId: null, claimedAt: null, notBefore: samples.DeliveryReleased.notBefore });
  });

  it('T2: shows the outcome: accepted, refused with a description, or uncertain', () => {
    deliveries
      .given(requested, claimed)
      .when(of('DeliveryAccepted'))
      .then({ status: 'accepted', attempts: newest({ providerMessageId: 'SM6' }) });
    deliveries
      .given(requested, claimed)
      .when(of('DeliveryRejected'))
      .then({ status: 'refused', attempts: newest({ errorCode: '21211' }), reason: 'The number is not valid' });
    deliveries
      .given(requested, claimed)
      .when(of('DeliveryUncertain'))
      .then({ status: 'uncertain', reason: 'ETIMEDOUT' });
  });

  it('T2: the first receipt settles an uncertain one', () => {
    deliveries
      .given(requested, claimed, of('DeliveryUncertain'))
      .when(receipt('sent'))
      .then({ status: 'accepted', attempts: newest({ providerMessageId: 'SM6', status: 'sent' }), reason: null });
  });

  it('T2: shows the decision of staff', () => {
    const settled = (decision: 'resend' | 'leave') =>
      happened(record, { type: 'DeliverySettled', data: { ...samples.DeliverySettled, decision } });
    const history = [requested, claimed, of('DeliveryUncertain')];
    deliveries
      .given(...history)
      .when(settled('leave'))
      .then({ status: 'left' });
    deliveries
      .given(...history)
      .when(settled('resend'))
      .then({ status: 'requested', claimId: null, expiresAt: samples.DeliverySettled.expiresAt });
  });

  it('T2: after staff resent it, a receipt of the first attempt appears in its history and changes nothing else', () => {
    const uncertain = of('DeliveryUncertain');
    const again = happened(record, {
      type: 'DeliverySettled',
      data: { ...samples.DeliverySettled, decision: 'resend' },
    });
    const second = happened(record, {
      type: 'DeliveryClaimed',
      data: { ...samples.DeliveryClaimed, claimId: 'delivery-1.2' },
    });
    const first = { claimId: 'delivery-1.1', providerMessageId: 'SM6', status: 'delivered', errorCode: null };
    const history = [requested, claimed, uncertain, again];
    deliveries
      .given(...history)
      .when(receipt('delivered'))
      .then({ status: 'requested', attempts: { newest: null, earlier: [first] } });
    deliveries
      .given(...history, second)
      .when(receipt('delivered'))
      .then({
        status: 'claimed',
        claimId: 'delivery-1.2',
        attempts: {
          newest: { claimId: 'delivery-1.2', providerMessageId: null, status: null, errorCode: null },
          earlier: [first],
        },
      });
  });

  it('T2: the history of attempts is bounded', () => {
    const history: Recorded<DeliveryEvent>[] = [of('DeliveryRequested')];
    for (let claim = 1; claim <= 30; claim += 1) {
      history.push(
        happened(record, {
          type: 'DeliveryClaimed',
          data: { ...samples.DeliveryClaimed, claimId: `delivery-1.${claim}` },
        }),
      );
      history.push(
        happened(record, { type: 'DeliverySettled', data: { ...samples.DeliverySettled, decision: 'resend' } }),
      );
    }
    const row = documentsOf(deliveriesProjection, history).get('delivery-1');
    expect(row?.attempts.earlier.map(({ claimId }) => claimId)).toEqual(
      Array.from({ length: 10 }, (_, n) => `delivery-1.${21 + n}`),
    );
  });

  it('K8: a withheld text shows its rule', () =>
    deliveries.given(requested).when(of('DeliveryWithheld')).then({ status: 'withheld', reason: 'RecipientOptedOut' }));

  it('T2: a dropped text is shown as dropped', () =>
    deliveries.given(requested).when(of('DeliveryExpired')).then({ status: 'expired' }));

  it("M7: a failed one shows the provider's first reason", () => {
    const failed = receipt('undelivered', '30003');
    deliveries
      .given(requested, claimed)
      .when(failed)
      .then({
        attempts: newest({ providerMessageId: 'SM6', status: 'undelivered', errorCode: '30003' }),
        reason: expect.stringContaining('unreachable') as string,
      });
    deliveries
      .given(requested, claimed, failed)
      .when(receipt('failed', '30008'))
      .then({ attempts: newest({ providerMessageId: 'SM6', status: 'undelivered', errorCode: '30003' }) });
  });

  it('rule 8: an event about a delivery that was never requested shows nothing', () =>
    deliveries.given().when(claimed).thenNothing());
});

describe('the displayed state of a text', () => {
  it('M7: only moves forward, in every order of the response and the callbacks', () => {
    const parts = ['answer', 'queued', 'sent', 'delivered', 'sent', 'delivered'] as const;
    fc.assert(
      fc.property(fc.shuffledSubarray([...parts], { minLength: parts.length }), (order) => {
        const at = newRecord();
        const history = [happened(at, sampleOf('DeliveryRequested')), happened(at, sampleOf('DeliveryClaimed'))];
        let before = -1;
        for (const part of order) {
          history.push(part === 'answer' ? happened(at, sampleOf('DeliveryAccepted')) : receipt(part, null, at));
          const state = messageState(documentsOf(deliveriesProjection, history).get('delivery-1'));
          expect(rankOf(state)).toBeGreaterThanOrEqual(before);
          before = rankOf(state);
        }
        expect(before).toBe(rankOf('delivered'));
      }),
      { numRuns: 720 },
    );
  });

  it('M7: callbacks in any order, any number of times, lead to the same state', () => {
    const statuses = [
      'accepted',
      'queued',
      'sending',
      'sent',
      'delivered',
      'undelivered',
      'failed',
      'canceled',
      'read',
      'teleported',
    ];
    const shuffled = fc
      .array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 6 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
      );
    const end = (list: readonly string[]) => {
      const at = newRecord();
      const history = [sampleOf('DeliveryRequested'), sampleOf('DeliveryClaimed')].map((event) => happened(at, event));
      return documentsOf(deliveriesProjection, [...history, ...list.map((status) => receipt(status, null, at))]).get(
        'delivery-1',
      );
    };
    fc.assert(fc.property(shuffled, ([list, other]) => expect(messageState(end(other))).toBe(messageState(end(list)))));
  });

  it('M7: each state has a name', () => {
    const history = [of('DeliveryRequested'), of('DeliveryClaimed')];
    const stateAfter = (...events: Recorded<DeliveryEvent>[]) =>
      messageState(documentsOf(deliveriesProjection, events).get('delivery-1'));
    expect(messageState(undefined)).toBe('queued');
    expect(stateAfter(...history.slice(0, 1))).toBe('queued');
    expect(stateAfter(...history)).toBe('sending');
    expect(stateAfter(...history, of('DeliveryAccepted'))).toBe('accepted');
    expect(stateAfter(...history, of('DeliveryRejected'))).toBe('failed');
    expect(stateAfter(...history, of('DeliveryUncertain'))).toBe('uncertain');
    expect(stateAfter(...history.slice(0, 1), of('DeliveryWithheld'))).toBe('withheld');
    expect(stateAfter(...history.slice(0, 1), of('DeliveryExpired'))).toBe('expired');
    expect(
      stateAfter(
        ...history,
        of('DeliveryUncertain'),
        happened(record, { type: 'DeliverySettled', data: { ...samples.DeliverySettled, decision: 'leave' } }),
      ),
    ).toBe('unknown');
  });
});
