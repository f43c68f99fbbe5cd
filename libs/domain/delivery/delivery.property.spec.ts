import fc from 'fast-check';
import { DomainError } from '@app/kernel';
import { deliveryDecider, type Delivery, type DeliveryCommand } from './delivery.decider.js';
import type { DeliveryEvent } from './delivery.events.js';

const at = '2026-01-05T10:00:00.000Z';
const request: DeliveryCommand = {
  type: 'RequestDelivery',
  data: {
    deliveryId: 'd',
    channel: 'sms',
    lane: 'person',
    messageId: 'm1',
    conversationId: 'c1',
    recipient: { kind: 'contact', id: 'rita' },
    source: { stream: 'conversation-c1', revision: 1 },
    consentOf: { addressId: 'address-1', senderId: 'sender-1' },
    notBefore: at,
    expiresAt: '2026-01-06T10:00:00.000Z',
  },
};
const statuses = ['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled', 'read', 'partially_delivered', 'teleported', 'beamed'];
const receipt = (status: string, claimId = 'd.1', providerId = 'SM1'): DeliveryCommand => ({ type: 'NoteReceipt', data: { claimId, providerId, status, errorCode: null, form: {} } });
const claimAs = (claimId: string): DeliveryCommand => ({ type: 'ClaimDelivery', data: { claimId, claimedAt: at, consents: [{ consentId: 'consent-1', revision: 0 }] } });
const claim = claimAs('d.1');

type Run = { readonly state: Delivery; readonly events: readonly DeliveryEvent[] };

/** Each command as a worker would send it: what is refused did not happen. */
function run(commands: readonly DeliveryCommand[], from: Run = { state: deliveryDecider.initialState, events: [] }): Run {
  return commands.reduce(({ state, events }, command) => {
    const decided = tryDecide(command, state);
    return { state: decided.reduce((next, event) => deliveryDecider.evolve(next, event), state), events: [...events, ...decided] };
  }, from);
}

function tryDecide(command: DeliveryCommand, state: Delivery): readonly DeliveryEvent[] {
  try {
    return deliveryDecider.decide(command, state);
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

const claimIds = fc.constantFrom('d.1', 'd.2', 'd.3');
const anyCommand = fc.oneof(
  { weight: 3, arbitrary: claimIds.map(claimAs) },
  claimIds.map((claimId): DeliveryCommand => ({ type: 'AcceptDelivery', data: { claimId, providerId: 'SM1' } })),
  claimIds.map((claimId): DeliveryCommand => ({ type: 'RefuseDelivery', data: { claimId, code: '30007', reason: '' } })),
  { weight: 2, arbitrary: claimIds.map((claimId): DeliveryCommand => ({ type: 'DoubtDelivery', data: { claimId, cause: 'reset' } })) },
  { weight: 2, arbitrary: claimIds.map((claimId): DeliveryCommand => ({ type: 'ReleaseDelivery', data: { claimId, cause: '20429', notBefore: at } })) },
  fc.constantFrom<DeliveryCommand>(
    request,
    { type: 'WithholdDelivery', data: { rule: 'NoConsent', refusedSenderId: null, consents: [{ consentId: 'consent-1', revision: 1 }] } },
    { type: 'ExpireDelivery', data: { at: '2026-02-01T00:00:00.000Z' } },
    { type: 'SettleDelivery', data: { by: 'anna', decision: 'resend', at } },
    { type: 'SettleDelivery', data: { by: 'anna', decision: 'leave', at } },
  ),
  fc.tuple(fc.constantFrom(...statuses), claimIds).map(([status, claimId]) => receipt(status, claimId)),
);
const anyHistory = fc.array(anyCommand, { maxLength: 40 }).map((commands) => run([request, ...commands]).events);

describe('delivery, whatever happens', () => {
  it('T2: at most one claim is open, and only what was given back is claimed again', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        let free = true;
        for (const event of events) {
          if (event.type === 'DeliveryClaimed') {
            expect(free).toBe(true);
            free = false;
          }
          if (event.type === 'DeliveryReleased' || (event.type === 'DeliverySettled' && event.data.decision === 'resend')) free = true;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('T2: a claim has at most one outcome', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const outcomes = events.filter((event) => ['DeliveryAccepted', 'DeliveryRefused', 'DeliveryReleased'].includes(event.type));
        const claims = outcomes.map(({ data }) => (data as { claimId: string }).claimId);
        expect(new Set(claims).size).toBe(claims.length);
      }),
      { numRuns: 500 },
    );
  });

  it('T2: after the end no provider is called any more', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const end = events.findIndex(({ type }) => ['DeliveryWithheld', 'DeliveryExpired', 'DeliveryRefused', 'DeliveryAccepted', 'ReceiptReceived'].includes(type));
        if (end >= 0) expect(events.slice(end).some(({ type }) => type === 'DeliveryClaimed')).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('T2: an uncertain one is claimed again only after a decision', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const doubted = events.findIndex(({ type }) => type === 'DeliveryUncertain');
        const next = events.findIndex(({ type }, index) => index > doubted && type === 'DeliveryClaimed');
        if (doubted < 0 || next < 0) return;
        expect(events.slice(doubted, next).map(({ type }) => type)).toEqual(expect.arrayContaining([expect.stringMatching(/DeliverySettled|DeliveryReleased/)]));
      }),
    );
  });

  it('M7: callbacks in any order, any number of times, lead to the same status', () => {
    const shuffles = fc.array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 8 }).chain((list) => {
      const twice = [...list, ...list];
      return fc.tuple(fc.constant(list), fc.shuffledSubarray(twice, { minLength: twice.length }));
    });
    fc.assert(
      fc.property(shuffles, ([inOrder, shuffled]) => {
        const claimed = run([request, claim]);
        const status = ({ state }: Run) => (state.status === 'none' ? null : state.providerStatus);
        expect(status(run(shuffled.map((name) => receipt(name)), claimed))).toBe(status(run(inOrder.map((name) => receipt(name)), claimed)));
      }),
    );
  });
});
