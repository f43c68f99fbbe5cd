import { Injectable } from '@nestjs/common';
import type { FieldValue, Page, PageRequest } from '@app/eventing';
import type { Attempt, Lane } from '@app/domain/delivery';
import { ReadModelReader } from '../read-model-reader.js';
import { queueNamed, deliveriesProjection, type DeliveryRow } from './deliveries.projection.js';

const BATCH = 100;

/** A delivery for staff: the result of its newest attempt, and of earlier ones. */
export type DeliveryView = Omit<
  DeliveryRow,
  | 'programId'
  | 'claimId'
  | 'contactId'
  | 'orderingKey'
  | 'queue'
  | 'addressee'
  | 'order'
  | 'attempts'
  | 'refusedSenderId'
> & {
  readonly providerMessageId: string | null;
  readonly providerStatus: string | null;
  readonly errorCode: string | null;
  readonly earlierAttempts: readonly Pick<Attempt, 'providerMessageId' | 'status' | 'errorCode'>[];
};

@Injectable()
export class DeliveryQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** A program's deliveries in one state, oldest first. @throws InvalidCursor */
  async page(
    programId: string,
    status: DeliveryRow['status'],
    after: string | undefined,
    limit: number,
  ): Promise<Page<DeliveryView>> {
    const { documents, ...page } = await this.by(programId, 'program', { programId, status }, { after, limit });
    return { documents: documents.map(view), ...page };
  }

  /** All texts and emails to a contact, newest first. @throws InvalidCursor */
  async toContact(
    programId: string,
    contactId: string,
    { after, limit }: Pick<PageRequest, 'after' | 'limit'>,
  ): Promise<Page<DeliveryView>> {
    const { documents, ...page } = await this.readModels.page(deliveriesProjection, {
      programId,
      index: 'contact',
      equals: { contactId },
      order: 'desc',
      after,
      limit,
    });
    return { documents: documents.map(view), ...page };
  }

  /** The next queue after this one that has unsent deliveries. */
  async nextQueue(after: string): Promise<string | null> {
    const { documents } = await this.by(null, 'due', { status: 'requested' }, { range: { above: after }, limit: 1 });
    return documents[0]?.queue ?? null;
  }

  /** Deliveries of one queue and lane that came due up to a time (ISO 8601); longest waiting first. */
  async due(
    queue: string,
    lane: Lane,
    { upTo, after }: { readonly upTo: string; readonly after?: string },
  ): Promise<Page<DeliveryRow>> {
    const { programId } = queueNamed(queue);
    return this.by(programId, 'due', { status: 'requested', queue, lane }, { range: { upTo }, after });
  }

  /** The first claimed or unsent deliveries of an ordering key, in order, up to a limit. */
  async openOf(programId: string, orderingKey: string, limit: number): Promise<readonly DeliveryRow[]> {
    const pages = await Promise.all(
      (['claimed', 'requested'] as const).map((status) =>
        this.by(programId, 'ordering', { orderingKey, status }, { limit }),
      ),
    );
    return pages
      .flatMap(({ documents }) => documents)
      .toSorted((a, b) => (a.order < b.order ? -1 : 1))
      .slice(0, limit);
  }

  /** Unsent emails to a person, up to a limit. */
  async emailsTo(
    programId: string,
    { kind, id }: DeliveryRow['recipient'],
    limit: number,
  ): Promise<readonly DeliveryRow[]> {
    const { documents } = await this.by(programId, 'addressee', { addressee: id, status: 'requested' }, { limit });
    return documents.filter(({ channel, recipient }) => channel === 'email' && recipient.kind === kind);
  }

  /** Expired deliveries. */
  async expired(now: string, after?: string): Promise<Page<DeliveryRow>> {
    return this.by(null, 'expiring', { status: 'requested' }, { range: { upTo: now }, after });
  }

  /** Deliveries claimed up to this time that have no outcome. */
  async claimedUpTo(time: string, after?: string): Promise<Page<DeliveryRow>> {
    return this.by(null, 'claimed', { status: 'claimed' }, { range: { upTo: time }, after });
  }

  /** Uncertain deliveries claimed after this time. */
  async uncertainSince(time: string, after?: string): Promise<Page<DeliveryRow>> {
    return this.by(null, 'claimed', { status: 'uncertain' }, { range: { above: time }, after });
  }

  /**
   * Deliveries of one addressee that the provider may show: all open ones, and those claimed after this time.
   * @returns `null` when there are too many to compare
   */
  async ofAddressee(programId: string, addressee: string, since: string): Promise<readonly DeliveryRow[] | null> {
    const pages = await Promise.all(
      statuses.map((status) =>
        this.by(programId, 'addressee', { addressee, status }, isOpen(status) ? {} : { range: { above: since } }),
      ),
    );
    return pages.some(({ next }) => next !== null) ? null : pages.flatMap(({ documents }) => documents);
  }

  /** @param programId `null`: of every program */
  private async by(
    programId: string | null,
    index: string,
    equals: Readonly<Record<string, FieldValue>>,
    { limit = BATCH, ...rest }: Partial<Pick<PageRequest, 'range' | 'after' | 'limit'>> = {},
  ): Promise<Page<DeliveryRow>> {
    return await this.readModels.page(deliveriesProjection, {
      programId,
      index,
      equals,
      order: 'asc',
      limit,
      ...rest,
    });
  }
}

const statuses: readonly DeliveryRow['status'][] = [
  'requested',
  'claimed',
  'uncertain',
  'accepted',
  'refused',
  'withheld',
  'expired',
  'left',
  'included',
];
export const isOpen = (status: DeliveryRow['status']): boolean =>
  status === 'requested' || status === 'claimed' || status === 'uncertain';

function view(row: DeliveryRow): DeliveryView {
  const {
    id,
    channel,
    lane,
    messageId,
    conversationId,
    recipient,
    status,
    notBefore,
    expiresAt,
    claimedAt,
    attempts,
    reason,
  } = row;
  const { providerMessageId = null, status: providerStatus = null, errorCode = null } = attempts.newest ?? {};
  const earlierAttempts = attempts.earlier.map((attempt) => ({
    providerMessageId: attempt.providerMessageId,
    status: attempt.status,
    errorCode: attempt.errorCode,
  }));
  return {
    id,
    channel,
    lane,
    messageId,
    conversationId,
    recipient,
    status,
    notBefore,
    expiresAt,
    claimedAt,
    providerMessageId,
    providerStatus,
    errorCode,
    reason,
    earlierAttempts,
  };
}
