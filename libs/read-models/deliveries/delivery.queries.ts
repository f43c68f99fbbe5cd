import { Injectable } from '@nestjs/common';
import { ReadModelStore, type FieldValue, type Page } from '@app/eventing';
import type { Attempt } from '@app/domain/delivery';
import { deliveriesProjection, type DeliveryRow } from './deliveries.projection.js';

const BATCH = 100;

/** What staff sees of a delivery: what came of its newest attempt, and of those before it. */
export type DeliveryView = Omit<DeliveryRow, 'programId' | 'claimId' | 'orderingKey' | 'order' | 'attempts' | 'refusedSenderId'> & {
  readonly providerStatus: string | null;
  readonly errorCode: string | null;
  readonly earlierAttempts: readonly Pick<Attempt, 'providerId' | 'status' | 'errorCode'>[];
};

@Injectable()
export class DeliveryQueries {
  /** The read models that the queries of people read. */
  static readonly reads = { page: [deliveriesProjection] } as const;

  constructor(private readonly readModels: ReadModelStore) {}

  /** A program's deliveries in one state, oldest first. @throws InvalidCursor */
  async page(programId: string, status: DeliveryRow['status'], after: string | undefined, limit: number): Promise<Page<DeliveryView>> {
    const { documents, next } = await this.by('program', { programId, status }, after, limit);
    return { documents: documents.map(view), next };
  }

  /** Deliveries of all programs in one state, the earliest due first. */
  async inState(status: DeliveryRow['status'], after?: string): Promise<Page<DeliveryRow>> {
    return this.by('due', { status }, after, BATCH);
  }

  /** What of an ordering key is claimed or still to be sent, in order; the first of it, where it is much. */
  async openOf(orderingKey: string): Promise<readonly DeliveryRow[]> {
    const pages = await Promise.all((['claimed', 'requested'] as const).map((status) => this.by('ordering', { orderingKey, status }, undefined, BATCH)));
    return pages.flatMap(({ documents }) => documents).toSorted((a, b) => (a.order < b.order ? -1 : 1));
  }

  /** Whether a provider's id belongs to a delivery other than this one. */
  async isOfAnother(deliveryId: string, providerId: string): Promise<boolean> {
    const { documents } = await this.by('provider', { providerId }, undefined, 1);
    return documents.some(({ id }) => id !== deliveryId);
  }

  private async by(index: string, equals: Readonly<Record<string, FieldValue>>, after: string | undefined, limit: number): Promise<Page<DeliveryRow>> {
    return (await this.readModels.page(deliveriesProjection, { index, equals, order: 'asc', after, limit })) as Page<DeliveryRow>;
  }
}

function view(row: DeliveryRow): DeliveryView {
  const { id, channel, lane, messageId, conversationId, recipient, status, notBefore, expiresAt, claimedAt, providerId, attempts, reason } = row;
  const { status: providerStatus = null, errorCode = null } = attempts.newest ?? {};
  const earlierAttempts = attempts.earlier.map((attempt) => ({ providerId: attempt.providerId, status: attempt.status, errorCode: attempt.errorCode }));
  return { id, channel, lane, messageId, conversationId, recipient, status, notBefore, expiresAt, claimedAt, providerId, providerStatus, errorCode, reason, earlierAttempts };
}
