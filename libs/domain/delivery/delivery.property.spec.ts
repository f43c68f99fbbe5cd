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
    route: { senderId: 's1', country: '1' },
    notBefore: at,
    expiresAt: '2026-01-06T10:00:00.000Z',
  },
};
const statuses = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
  'read',
  'partially_delivered',
  'teleported',
  'beamed',
];
const receipt = (status: string, claimId = 'd.1', providerMessageId = 'SM1'): DeliveryCommand => ({
  type: 'NoteReceipt',
  data: { claimId, providerMessageId, status, errorCode: null, form: {} },
});
const claimAs = (claimId: string): DeliveryCommand => ({
  type: 'ClaimDelivery',
  data: { claimId, claimedAt: at, consents: [{ consentId: 'consent-1', revision: 0 }] },
});
const claim = claimAs('d.1');

type Run = { readonly state: Delivery; readonly events: readonly DeliveryEvent[] };

/** Executes each command as a worker would; a refused command appends nothing. */
function run(
  commands: readonly DeliveryCommand[],
  from: Run = { state: deliveryDecider.initialState, events: [] },
): Run {
  return commands.reduce(({ state, events }, command) => {
    const decided = tryDecide(command, state);
    return {
      state: decided.reduce((next, event) => deliveryDecider.evolve(next, event), state),
      events: [...events, ...decided],
    };
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
  claimIds.map((claimId): DeliveryCommand => ({ type: 'AcceptDelivery', data: { claimId, providerMessageId: 'SM1' } })),
  claimIds.map((claimId): DeliveryCommand => ({
    type: 'RejectDelivery',
    data: { claimId, code: '30007', reason: '' },
  })),
  {
    weight: 2,
    arbitrary: claimIds.map((claimId): DeliveryCommand => ({
      type: 'DoubtDelivery',
      data: { claimId, cause: 'reset' },
    })),
  },
  {
    weight: 2,
    arbitrary: claimIds.map((claimId): DeliveryCommand => ({
      type: 'ReleaseDelivery',
      data: { claimId, cause: '20429', notBefore: at },
    })),
  },
  fc.constantFrom<DeliveryCommand>(
    request,
    {
      type: 'WithholdDelivery',
      data: { rule: 'NoConsent', refusedSenderId: null, consents: [{ consentId: 'consent-1', revision: 1 }] },
    },
    { type: 'ExpireDelivery', data: { at: '2026-02-01T00:00:00.000Z' } },
    { type: 'SettleDelivery', data: { by: 'anna', decision: 'resend', at } },
    { type: 'SettleDelivery', data: { by: 'anna', decision: 'leave', at } },
  ),
  fc.tuple(fc.constantFrom(...statuses), claimIds).map(([status, claimId]) => receipt(status, claimId)),
);
const anyHistory = fc.array(anyCommand, { maxLength: 40 }).map((commands) => run([request, ...commands]).events);

describe('delivery after any commands', () => {
  it('T2: at most one claim is open, and only a released delivery is claimed again', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        let free = true;
        for (const event of events) {
          if (event.type === 'DeliveryClaimed') {
            expect(free).toBe(true);
            free = false;
          }
          if (
            event.type === 'DeliveryReleased' ||
            (event.type === 'DeliverySettled' && event.data.decision === 'resend')
          )
            free = true;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('T2: a claim has at most one outcome', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const outcomes = events.filter((event) =>
          ['DeliveryAccepted', 'DeliveryRejected', 'DeliveryReleased'].includes(event.type),
        );
        const claims = outcomes.map(({ data }) => (data as { claimId: string }).claimId);
        expect(new Set(claims).size).toBe(claims.length);
      }),
      { numRuns: 500 },
    );
  });

  it('T2: after the end the provider is not called any more', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        let newest: string | null = null;
        const end = events.findIndex((event) => {
          if (event.type === 'DeliveryClaimed') newest = event.data.claimId;
          if (event.type === 'DeliverySettled' && event.data.decision === 'resend') newest = null;
          // A receipt of an earlier claim does not concern this one.
          if (event.type === 'ReceiptReceived') return event.data.claimId === newest;
          return ['DeliveryWithheld', 'DeliveryExpired', 'DeliveryRejected', 'DeliveryAccepted'].includes(event.type);
        });
        if (end >= 0) expect(events.slice(end).some(({ type }) => type === 'DeliveryClaimed')).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('T2: an uncertain delivery is claimed again only after a decision', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const doubted = events.findIndex(({ type }) => type === 'DeliveryUncertain');
        const next = events.findIndex(({ type }, index) => index > doubted && type === 'DeliveryClaimed');
        if (doubted < 0 || next < 0) return;
        expect(events.slice(doubted, next).map(({ type }) => type)).toEqual(
          expect.arrayContaining([expect.stringMatching(/DeliverySettled|DeliveryReleased/)]),
        );
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
        const status = ({ state }: Run) => (state.status === 'none' ? null : state.attempts.newest?.status);
        expect(
          status(
            run(
              shuffled.map((name) => receipt(name)),
              claimed,
            ),
          ),
        ).toBe(
          status(
            run(
              inOrder.map((name) => receipt(name)),
              claimed,
            ),
          ),
        );
      }),
    );
  });

  it('T2, M7: receipts of several claims in any order each count for their own claim, and only the newest claim decides', () => {
    const history: DeliveryCommand[] = [request];
    const doubt = (claimId: string): DeliveryCommand => ({ type: 'DoubtDelivery', data: { claimId, cause: 'reset' } });
    for (const claimId of ['d.1', 'd.2'])
      history.push(claimAs(claimId), doubt(claimId), {
        type: 'SettleDelivery',
        data: { by: 'anna', decision: 'resend', at },
      });
    const receipts = fc.array(fc.tuple(claimIds, fc.constantFrom(...statuses)), { minLength: 1, maxLength: 12 });
    const shuffles = receipts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
    );
    const begun = run([...history, claimAs('d.3'), doubt('d.3')]);
    const end = (list: readonly [string, string][]) => {
      const { state } = run(
        list.map(([claimId, status]) => receipt(status, claimId, `SM-${claimId}`)),
        begun,
      );
      if (state.status === 'none') throw new Error('it was requested');
      const { newest, earlier } = state.attempts;
      const statusOf = new Map(
        [...earlier, ...(newest ? [newest] : [])].map(({ claimId, status, providerMessageId }) => [
          claimId,
          { status, providerMessageId },
        ]),
      );
      return { status: state.status, statusOf };
    };
    fc.assert(
      fc.property(shuffles, ([inOrder, shuffled]) => {
        const told = end(shuffled);
        expect(told).toEqual(end(inOrder));
        expect(told.status).toBe(inOrder.some(([claimId]) => claimId === 'd.3') ? 'accepted' : 'uncertain');
        for (const claimId of ['d.1', 'd.2', 'd.3']) {
          const own = inOrder.filter(([of]) => of === claimId);
          const alone = end(own).statusOf.get(claimId);
          expect(told.statusOf.get(claimId)).toEqual(alone);
        }
      }),
      { numRuns: 500 },
    );
  });
});
