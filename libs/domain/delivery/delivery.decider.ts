import { decideByType, DomainError, type Decider, type Message } from '@app/kernel';
import { answered, claimedAgain, noAttempts, reported, sentAgain, type Attempts } from './attempts.js';
import type {
  DeliveryAccepted,
  DeliveryClaimed,
  DeliveryEvent,
  DeliveryIncluded,
  DeliveryPostponed,
  DeliveryRejected,
  DeliveryReleased,
  DeliveryRequested,
  DeliverySettled,
  DeliveryUncertain,
  DeliveryWithheld,
  DigestPlanned,
  ReceiptReceived,
} from './delivery.events.js';

export type DeliveryCommand =
  | Message<'RequestDelivery', DeliveryRequested['data']>
  | Message<'PostponeDelivery', DeliveryPostponed['data']>
  | Message<'PlanDigest', DigestPlanned['data']>
  | Message<'IncludeDelivery', DeliveryIncluded['data']>
  | Message<'ClaimDelivery', DeliveryClaimed['data']>
  | Message<'ReleaseDelivery', DeliveryReleased['data']>
  | Message<'AcceptDelivery', DeliveryAccepted['data']>
  | Message<'RejectDelivery', DeliveryRejected['data']>
  | Message<'DoubtDelivery', DeliveryUncertain['data']>
  | Message<'WithholdDelivery', DeliveryWithheld['data']>
  | Message<'ExpireDelivery', { at: string }>
  | Message<'NoteReceipt', Omit<ReceiptReceived['data'], 'contactId'>>
  /** `at` is the current time; a resent delivery gets its whole lifetime again. */
  | Message<'SettleDelivery', { by: string; decision: DeliverySettled['data']['decision']; at: string }>;

export type Delivery =
  | { readonly status: 'none' }
  | {
      readonly status:
        'requested' | 'claimed' | 'uncertain' | 'accepted' | 'refused' | 'withheld' | 'expired' | 'left' | 'included';
      readonly request: DeliveryRequested['data'];
      readonly claim: DeliveryClaimed['data'] | null;
      /** Number of claims so far; the next claim's id is derived from it. */
      readonly claims: number;
      readonly attempts: Attempts;
      readonly isPostponed: boolean;
      /** The deliveries that its email may include, once that is planned. */
      readonly digest: readonly string[] | null;
      /** The delivery whose email includes it. */
      readonly digestId: string | null;
      /** Receipts already noted, as `claimId providerMessageId status`. */
      readonly receipts: readonly string[];
    };

/**
 * A claim id contains the id of its delivery, so that a callback finds the delivery before any read model shows the
 * claim.
 */
export const claimIdOf = (deliveryId: string, claim: number): string => `${deliveryId}.${claim}`;
export const claimNumberOf = (claimId: string): number => Number(claimId.slice(claimId.lastIndexOf('.') + 1));
export const deliveryOfClaim = (claimId: string): string => claimId.slice(0, claimId.lastIndexOf('.'));

export const deliveryDecider: Decider<Delivery, DeliveryCommand, DeliveryEvent> = {
  initialState: { status: 'none' },

  decide(command, state) {
    if (command.type === 'RequestDelivery')
      return state.status === 'none' ? [{ type: 'DeliveryRequested', data: command.data }] : [];
    if (state.status === 'none') throw new DeliveryNotFound();
    return decideRequested(command, state);
  },

  evolve(state, event) {
    if (event.type === 'DeliveryRequested') return { ...begun, request: event.data };
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'DeliveryPostponed':
        return { ...state, isPostponed: true, request: { ...state.request, notBefore: event.data.notBefore } };
      case 'DigestPlanned':
        return { ...state, digest: event.data.deliveryIds };
      case 'DeliveryIncluded':
        return { ...state, status: 'included', digestId: event.data.digestId };
      case 'DeliveryClaimed':
        return {
          ...state,
          status: 'claimed',
          claim: event.data,
          claims: state.claims + 1,
          attempts: claimedAgain(state.attempts, event.data.claimId),
        };
      case 'DeliveryReleased':
        return {
          ...state,
          status: 'requested',
          claim: null,
          request: { ...state.request, notBefore: event.data.notBefore },
        };
      case 'DeliveryAccepted':
        return {
          ...state,
          status: 'accepted',
          attempts: answered(state.attempts, event.data.claimId, { providerMessageId: event.data.providerMessageId }),
        };
      case 'DeliveryRejected':
        return {
          ...state,
          status: 'refused',
          attempts: answered(state.attempts, event.data.claimId, { errorCode: event.data.code }),
        };
      case 'DeliveryUncertain':
        return { ...state, status: 'uncertain' };
      case 'DeliveryWithheld':
        return { ...state, status: 'withheld' };
      case 'DeliveryExpired':
        return { ...state, status: 'expired' };
      case 'DeliverySettled': {
        const { decision, notBefore, expiresAt } = event.data;
        if (decision === 'leave') return { ...state, status: 'left' };
        return {
          ...state,
          status: 'requested',
          claim: null,
          request: { ...state.request, notBefore, expiresAt },
          attempts: sentAgain(state.attempts),
        };
      }
      case 'ReceiptReceived': {
        const { claimId, providerMessageId, status } = event.data;
        const noted = {
          ...state,
          attempts: reported(state.attempts, event.data),
          receipts: [...state.receipts, `${claimId} ${providerMessageId} ${status}`],
        };
        // The first receipt settles a claim whose response is missing.
        return state.attempts.newest?.claimId === claimId ? { ...noted, status: 'accepted' } : noted;
      }
    }
  },
};

type Requested = Exclude<Delivery, { status: 'none' }>;

const begun = {
  status: 'requested',
  claim: null,
  claims: 0,
  attempts: noAttempts,
  receipts: [],
  isPostponed: false,
  digest: null,
  digestId: null,
} as const;

const decideRequested = decideByType<Requested, Exclude<DeliveryCommand, { type: 'RequestDelivery' }>, DeliveryEvent>({
  ClaimDelivery(data, { status, request, claims }) {
    // Another worker was faster: the delivery was prepared for an earlier claim, or is no longer due.
    if (status !== 'requested' || data.claimId !== claimIdOf(request.deliveryId, claims + 1))
      throw new DeliveryNotDue();
    if (Date.parse(data.claimedAt) < Date.parse(request.notBefore)) throw new DeliveryNotDue();
    return [{ type: 'DeliveryClaimed', data }];
  },
  PostponeDelivery(data, { status, isPostponed }) {
    if (status !== 'requested') throw new DeliveryNotDue();
    return isPostponed ? [] : [{ type: 'DeliveryPostponed', data }];
  },
  PlanDigest(data, { status, digest }) {
    if (status !== 'requested') throw new DeliveryNotDue();
    return digest === null ? [{ type: 'DigestPlanned', data }] : [];
  },
  IncludeDelivery(data, { status, digest, digestId }) {
    if (digestId === data.digestId) return [];
    // One that includes others must not be included itself: theirs would be lost.
    if (status !== 'requested' || digest !== null) throw new DeliveryNotDue();
    return [{ type: 'DeliveryIncluded', data }];
  },
  WithholdDelivery(data, { status }) {
    if (status !== 'requested') throw new DeliveryNotDue();
    return [{ type: 'DeliveryWithheld', data }];
  },
  ExpireDelivery: ({ at }, { status, request: { expiresAt } }) =>
    status === 'requested' && Date.parse(expiresAt) <= Date.parse(at)
      ? [{ type: 'DeliveryExpired', data: { expiresAt } }]
      : [],
  SettleDelivery(data, { status, request }) {
    if (status !== 'uncertain') throw new DeliveryNotUncertain();
    return [{ type: 'DeliverySettled', data: settled(data, request) }];
  },
  ReleaseDelivery: (data, state) => (isOpen(state, data.claimId) ? [{ type: 'DeliveryReleased', data }] : []),
  AcceptDelivery: (data, state) => (isOpen(state, data.claimId) ? [{ type: 'DeliveryAccepted', data }] : []),
  RejectDelivery: (data, state) => (isOpen(state, data.claimId) ? [{ type: 'DeliveryRejected', data }] : []),
  DoubtDelivery: (data, state) =>
    isOpen(state, data.claimId) && state.status === 'claimed' ? [{ type: 'DeliveryUncertain', data }] : [],
  NoteReceipt(receipt, { claims, receipts, request }) {
    const claim = claimNumberOf(receipt.claimId);
    if (!Number.isInteger(claim) || claim < 1 || claim > claims) throw new DeliveryNotFound();
    if (receipts.includes(`${receipt.claimId} ${receipt.providerMessageId} ${receipt.status}`)) return [];
    return [{ type: 'ReceiptReceived', data: { ...receipt, contactId: request.recipient.id } }];
  },
});

/** The claim has no outcome yet. A response that arrives after another outcome changes nothing. */
const isOpen = (state: Requested, claimId: string): boolean =>
  state.claim?.claimId === claimId && (state.status === 'claimed' || state.status === 'uncertain');

function settled(
  { by, decision, at }: Extract<DeliveryCommand, { type: 'SettleDelivery' }>['data'],
  { notBefore, expiresAt }: DeliveryRequested['data'],
): DeliverySettled['data'] {
  const lifetime = Date.parse(expiresAt) - Date.parse(notBefore);
  return { by, decision, notBefore: at, expiresAt: new Date(Date.parse(at) + lifetime).toISOString() };
}

export class DeliveryNotFound extends DomainError {
  readonly code = 'DeliveryNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such delivery in this program');
  }
}
/** Another worker has claimed the delivery. */
export class DeliveryNotDue extends DomainError {
  readonly code = 'DeliveryNotDue';
  constructor() {
    super('The delivery is not waiting to be sent');
  }
}
export class DeliveryNotUncertain extends DomainError {
  readonly code = 'DeliveryNotUncertain';
  constructor() {
    super('This delivery needs no decision; only uncertain deliveries do');
  }
}
