import {
  answered,
  claimedAgain,
  noAttempts,
  reasonInWords,
  reported,
  sentAgain,
  type Attempts,
  type Delivery,
  type DeliveryEvent,
  type DeliveryRequested,
  type DigestPlanned,
} from '@app/domain/delivery';
import { defineReadModel } from '../define-read-model.js';

/** One text or email to one person, and its state. */
export type DeliveryRow = Omit<DeliveryRequested['data'], 'deliveryId' | 'source' | 'consentOf' | 'route'> & {
  readonly id: string;
  readonly programId: string;
  /** Deliveries to one person by one channel about one conversation are sent in order. */
  readonly orderingKey: string;
  /** Deliveries with the same account, number and country; see {@link queueNamed}. */
  readonly queue: string;
  /** The addressee as the provider sees it: texts to one address from one number, or emails to one person. */
  readonly addressee: string;
  /** The contact who gets it; `null` for members of staff. Rows written before this field existed have none until a rebuild. */
  readonly contactId?: string | null;
  /** Position of the request: the order within one ordering key, even if a delivery is postponed. */
  readonly order: string;
  readonly status: Exclude<Delivery['status'], 'none'>;
  readonly claimId: string | null;
  readonly claimedAt: string | null;
  /** The newest attempt decides the displayed state; the earlier ones are history. */
  readonly attempts: Attempts;
  /** Description of the failure; for a withheld delivery, the rule. */
  readonly reason: string | null;
  /** For a delivery withheld because of an opt-out: the sender that received it. */
  readonly refusedSenderId: string | null;
};

export const deliveriesProjection = defineReadModel<DeliveryRow>()({
  name: 'deliveries',
  handles: [
    'DeliveryRequested',
    'DeliveryPostponed',
    'DeliveryIncluded',
    'DeliveryClaimed',
    'DeliveryReleased',
    'DeliveryAccepted',
    'DeliveryRejected',
    'DeliveryUncertain',
    'DeliveryWithheld',
    'DeliveryExpired',
    'ReceiptReceived',
    'DeliverySettled',
  ],
  indexes: {
    due: ['status', 'queue', 'lane', 'notBefore'],
    expiring: ['status', 'expiresAt'],
    claimed: ['status', 'claimedAt'],
    ordering: ['orderingKey', 'status', 'order'],
    addressee: ['addressee', 'status', 'claimedAt'],
    program: ['programId', 'status', 'notBefore'],
    contact: ['contactId', 'order'],
  },
  touches: (event) => event.aggregateId,

  evolve(row, event) {
    if (event.type === 'DeliveryRequested') {
      const { deliveryId: id, source: _, consentOf, route, ...request } = event.data;
      const { programId } = event.metadata;
      const places = {
        orderingKey: orderingKeyOf(request),
        queue: queueOf(programId, request.channel, route),
        contactId: request.recipient.kind === 'contact' ? request.recipient.id : null,
        addressee: consentOf === null ? request.recipient.id : `${consentOf.addressId} ${consentOf.senderId}`,
      };
      return {
        id,
        programId,
        ...places,
        order: event.position,
        status: 'requested',
        ...request,
        claimId: null,
        claimedAt: null,
        attempts: noAttempts,
        reason: null,
        refusedSenderId: null,
      };
    }
    return row && next(row, event);
  },
});

const orderingKeyOf = ({
  conversationId,
  recipient,
  channel,
}: Pick<DeliveryRow, 'conversationId' | 'recipient' | 'channel'>): string =>
  `${conversationId} ${recipient.id} ${channel}`;

export type QueueName = {
  readonly programId: string;
  readonly channel: 'sms' | 'email';
  readonly senderId: string;
  readonly country: string;
};

const queueOf = (
  programId: string,
  channel: DeliveryRow['channel'],
  route: DeliveryRequested['data']['route'],
): string => [programId, channel, route?.senderId ?? '', route?.country ?? ''].join(' ');

/** Ids have no spaces. */
export function queueNamed(queue: string): QueueName {
  const [programId = '', channel, senderId = '', country = ''] = queue.split(' ');
  return { programId, channel: channel === 'email' ? 'email' : 'sms', senderId, country };
}

function next(row: DeliveryRow, event: Exclude<DeliveryEvent, DeliveryRequested | DigestPlanned>): DeliveryRow {
  switch (event.type) {
    case 'DeliveryPostponed':
      return { ...row, notBefore: event.data.notBefore };
    case 'DeliveryIncluded':
      return { ...row, status: 'included' };
    case 'DeliveryClaimed': {
      const { claimId, claimedAt } = event.data;
      return { ...row, status: 'claimed', claimId, claimedAt, attempts: claimedAgain(row.attempts, claimId) };
    }
    case 'DeliveryReleased':
      return { ...row, status: 'requested', notBefore: event.data.notBefore, claimId: null, claimedAt: null };
    case 'DeliveryAccepted':
      return {
        ...row,
        status: 'accepted',
        reason: null,
        attempts: answered(row.attempts, event.data.claimId, { providerMessageId: event.data.providerMessageId }),
      };
    case 'DeliveryRejected':
      return {
        ...row,
        status: 'refused',
        reason: reasonInWords(event.data.code),
        attempts: answered(row.attempts, event.data.claimId, { errorCode: event.data.code }),
      };
    case 'DeliveryUncertain':
      return { ...row, status: 'uncertain', reason: event.data.cause };
    case 'DeliveryWithheld':
      return { ...row, status: 'withheld', reason: event.data.rule, refusedSenderId: event.data.refusedSenderId };
    case 'DeliveryExpired':
      return { ...row, status: 'expired' };
    case 'DeliverySettled': {
      const { decision, notBefore, expiresAt } = event.data;
      if (decision === 'leave') return { ...row, status: 'left' };
      return {
        ...row,
        status: 'requested',
        notBefore,
        expiresAt,
        claimId: null,
        claimedAt: null,
        reason: null,
        attempts: sentAgain(row.attempts),
      };
    }
    case 'ReceiptReceived': {
      const attempts = reported(row.attempts, event.data);
      // The result of an earlier claim is history.
      if (row.attempts.newest?.claimId !== event.data.claimId) return { ...row, attempts };
      const errorCode = attempts.newest?.errorCode ?? null;
      return { ...row, status: 'accepted', reason: errorCode === null ? null : reasonInWords(errorCode), attempts };
    }
  }
}

const beforeSending = new Set(['accepted', 'scheduled', 'queued', 'sending']);

/** The displayed state; it only moves forward. */
export function messageState(delivery: DeliveryRow | undefined): string {
  switch (delivery?.status) {
    case undefined:
    case 'requested':
      return 'queued';
    case 'claimed':
      return 'sending';
    case 'accepted': {
      const providerStatus = delivery.attempts.newest?.status ?? null;
      // The provider's states before the text is sent are one state here: ours were "queued" and "sending" before.
      return providerStatus === null || beforeSending.has(providerStatus) ? 'accepted' : providerStatus;
    }
    case 'refused':
      return 'failed';
    case 'left':
      return 'unknown';
    case 'uncertain':
    case 'withheld':
    case 'included':
    case 'expired':
      return delivery.status;
  }
}
