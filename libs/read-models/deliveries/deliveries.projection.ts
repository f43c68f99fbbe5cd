import type { Projection } from '@app/eventing';
import { answered, claimedAgain, noAttempts, reasonInWords, reported, sentAgain, type Attempts, type Delivery, type DeliveryEvent, type DeliveryRequested } from '@app/domain/delivery';

/** One text or email to one person, and how far it is. */
export type DeliveryRow = Omit<DeliveryRequested['data'], 'deliveryId' | 'source' | 'consentOf' | 'route'> & {
  readonly id: string;
  readonly programId: string;
  /** What is sent to one person by one channel about one conversation goes out in order. */
  readonly orderingKey: string;
  /** Position of the request: the order of those of one ordering key, however often one was put off. */
  readonly order: string;
  readonly status: Exclude<Delivery['status'], 'none'>;
  readonly claimId: string | null;
  readonly claimedAt: string | null;
  /** The newest one decides what people see; the earlier ones are history. */
  readonly attempts: Attempts;
  /** Provider id of the newest attempt. */
  readonly providerId: string | null;
  /** Why it failed, in words; of what was withheld, the rule. */
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
      const { deliveryId: id, source: _, consentOf: __, route: ___, ...request } = event.data;
      const nothingYet = { claimId: null, claimedAt: null, attempts: noAttempts, providerId: null, reason: null, refusedSenderId: null };
      return { id, programId: event.metadata.programId, orderingKey: orderingKeyOf(request), order: event.position, status: 'requested', ...request, ...nothingYet };
    }
    return row && next(row, event);
  },
};

const orderingKeyOf = ({ conversationId, recipient, channel }: Pick<DeliveryRow, 'conversationId' | 'recipient' | 'channel'>): string => `${conversationId} ${recipient.id} ${channel}`;

function next(row: DeliveryRow, event: Exclude<DeliveryEvent, DeliveryRequested>): DeliveryRow {
  switch (event.type) {
    case 'DeliveryClaimed': {
      const { claimId, claimedAt } = event.data;
      return withAttempts({ ...row, status: 'claimed', claimId, claimedAt }, claimedAgain(row.attempts, claimId));
    }
    case 'DeliveryReleased':
      return { ...row, status: 'requested', notBefore: event.data.notBefore, claimId: null, claimedAt: null };
    case 'DeliveryAccepted':
      return withAttempts({ ...row, status: 'accepted', reason: null }, answered(row.attempts, event.data.claimId, { providerId: event.data.providerId }));
    case 'DeliveryRefused':
      return withAttempts({ ...row, status: 'refused', reason: reasonInWords(event.data.code) }, answered(row.attempts, event.data.claimId, { errorCode: event.data.code }));
    case 'DeliveryUncertain':
      return { ...row, status: 'uncertain', reason: event.data.cause };
    case 'DeliveryWithheld':
      return { ...row, status: 'withheld', reason: event.data.rule, refusedSenderId: event.data.refusedSenderId };
    case 'DeliveryExpired':
      return { ...row, status: 'expired' };
    case 'DeliverySettled': {
      const { decision, notBefore, expiresAt } = event.data;
      if (decision === 'leave') return { ...row, status: 'left' };
      return withAttempts({ ...row, status: 'requested', notBefore, expiresAt, claimId: null, claimedAt: null, reason: null }, sentAgain(row.attempts));
    }
    case 'ReceiptReceived': {
      const attempts = reported(row.attempts, event.data);
      // What comes of an earlier claim is history.
      if (row.attempts.newest?.claimId !== event.data.claimId) return { ...row, attempts };
      const errorCode = attempts.newest?.errorCode ?? null;
      return withAttempts({ ...row, status: 'accepted', reason: errorCode === null ? null : reasonInWords(errorCode) }, attempts);
    }
  }
}

const withAttempts = (row: DeliveryRow, attempts: Attempts): DeliveryRow => ({ ...row, attempts, providerId: attempts.newest?.providerId ?? null });

const beforeSending = new Set(['accepted', 'scheduled', 'queued', 'sending']);

/** The state people see; it only moves forward. */
export function messageState(delivery: DeliveryRow | undefined): string {
  switch (delivery?.status) {
    case undefined:
    case 'requested':
      return 'queued';
    case 'claimed':
      return 'sending';
    case 'accepted': {
      const providerStatus = delivery.attempts.newest?.status ?? null;
      // What the provider does before the text leaves is one state: ours went through "queued" and "sending" before.
      return providerStatus === null || beforeSending.has(providerStatus) ? 'accepted' : providerStatus;
    }
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
