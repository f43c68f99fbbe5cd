import type { Projection } from '@app/eventing';
import { furtherStatus, isFailure, reasonInWords, type Delivery, type DeliveryEvent, type DeliveryRequested } from '@app/domain/delivery';

/** One text or email to one person, and how far it is. */
export type DeliveryRow = Omit<DeliveryRequested['data'], 'deliveryId' | 'source' | 'consentOf'> & {
  readonly id: string;
  readonly programId: string;
  /** What is sent to one person by one channel about one conversation goes out in order. */
  readonly orderingKey: string;
  /** Position of the request: the order of those of one ordering key, however often one was put off. */
  readonly order: string;
  readonly status: Exclude<Delivery['status'], 'none'>;
  readonly claimId: string | null;
  readonly claimedAt: string | null;
  readonly providerId: string | null;
  readonly providerStatus: string | null;
  /** Of the first failure: the provider's code, and the reason in words. */
  readonly errorCode: string | null;
  readonly reason: string | null;
  /** Of one withheld because of an opt-out: the sender that received it. */
  readonly refusedSenderId: string | null;
};

export const deliveriesProjection: Projection<DeliveryEvent, DeliveryRow> = {
  name: 'deliveries',
  categories: ['delivery'],
  indexes: {
    due: ['status', 'notBefore'],
    ordering: ['orderingKey', 'status', 'order'],
    program: ['programId', 'status', 'notBefore'],
    provider: ['providerId'],
  },
  touches: (event) => event.aggregateId,

  evolve(row, event) {
    if (event.type === 'DeliveryRequested') {
      const { deliveryId: id, source: _, consentOf: __, ...request } = event.data;
      const nothingYet = { claimId: null, claimedAt: null, providerId: null, providerStatus: null, errorCode: null, reason: null, refusedSenderId: null };
      return { id, programId: event.metadata.programId, orderingKey: orderingKeyOf(request), order: event.position, status: 'requested', ...request, ...nothingYet };
    }
    return row && next(row, event);
  },
};

const orderingKeyOf = ({ conversationId, recipient, channel }: Pick<DeliveryRow, 'conversationId' | 'recipient' | 'channel'>): string => `${conversationId} ${recipient.id} ${channel}`;

function next(row: DeliveryRow, event: Exclude<DeliveryEvent, DeliveryRequested>): DeliveryRow {
  switch (event.type) {
    case 'DeliveryClaimed':
      return { ...row, status: 'claimed', claimId: event.data.claimId, claimedAt: event.data.claimedAt };
    case 'DeliveryReleased':
      return { ...row, status: 'requested', notBefore: event.data.notBefore, claimId: null, claimedAt: null };
    case 'DeliveryAccepted':
      return { ...row, status: 'accepted', providerId: event.data.providerId };
    case 'DeliveryRefused':
      return { ...row, status: 'refused', errorCode: event.data.code, reason: reasonInWords(event.data.code) };
    case 'DeliveryUncertain':
      return { ...row, status: 'uncertain', reason: event.data.cause };
    case 'DeliveryWithheld':
      return { ...row, status: 'withheld', reason: event.data.rule, refusedSenderId: event.data.refusedSenderId };
    case 'DeliveryExpired':
      return { ...row, status: 'expired' };
    case 'DeliverySettled': {
      const { decision, notBefore, expiresAt } = event.data;
      return decision === 'leave' ? { ...row, status: 'left' } : { ...row, status: 'requested', notBefore, expiresAt, claimId: null, claimedAt: null, errorCode: null, reason: null };
    }
    case 'ReceiptReceived': {
      const { providerId, status, errorCode } = event.data;
      const failure = row.errorCode === null && isFailure(status) && errorCode !== null ? { errorCode, reason: reasonInWords(errorCode) } : {};
      const settled = row.status === 'uncertain' ? { reason: null } : {};
      return { ...row, ...settled, ...failure, status: 'accepted', providerId: row.providerId ?? providerId, providerStatus: furtherStatus(row.providerStatus, status) };
    }
  }
}

const beforeSending = new Set(['accepted', 'scheduled', 'queued', 'sending']);

/** The state people see; it only moves forward. */
export function messageState(delivery: DeliveryRow | undefined): string {
  switch (delivery?.status) {
    case undefined:
    case 'requested':
      return 'queued';
    case 'claimed':
      return 'sending';
    case 'accepted':
      // What the provider does before the text leaves is one state: ours went through "queued" and "sending" before.
      return delivery.providerStatus === null || beforeSending.has(delivery.providerStatus) ? 'accepted' : delivery.providerStatus;
    case 'refused':
      return 'failed';
    case 'left':
      return 'unknown';
    case 'uncertain':
    case 'withheld':
    case 'expired':
      return delivery.status;
  }
}
