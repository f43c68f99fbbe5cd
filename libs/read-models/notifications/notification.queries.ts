import { Injectable } from '@nestjs/common';
import type { Page } from '@app/eventing';
import type { PersonRef } from '@app/domain/preference';
import { ReadModelReader } from '../read-model-reader.js';
import { notificationsProjection, type NotificationRow } from './notifications.projection.js';

export type NotificationView = Omit<NotificationRow, 'programId' | 'personKind' | 'personId' | 'order'>;

@Injectable()
export class NotificationQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** A person's notifications, sent or not, newest first. @throws InvalidCursor */
  async page(
    programId: string,
    { kind, id }: PersonRef,
    after: string | undefined,
    limit: number,
  ): Promise<Page<NotificationView>> {
    const { documents, ...page } = await this.readModels.page(notificationsProjection, {
      programId,
      index: 'person',
      equals: { personId: id, personKind: kind },
      order: 'desc',
      after,
      limit,
    });
    return { documents: await this.withDigests(programId, documents), ...page };
  }

  /** What became of a message in a digest is what became of the digest. */
  private async withDigests(programId: string, rows: readonly NotificationRow[]): Promise<readonly NotificationView[]> {
    const ids = [...new Set(rows.map(({ digestId }) => digestId).filter((id) => id !== null))];
    const digests = await this.readModels.get(notificationsProjection, programId, ids);
    const byId = new Map(digests.map((digest) => [digest.id, digest]));
    return rows.map((row) => {
      const { state, reason, reasonInWords, changedAt } = byId.get(row.digestId ?? '') ?? row;
      return { ...view(row), state, reason, reasonInWords, changedAt };
    });
  }
}

const view = ({
  programId: _,
  personKind: __,
  personId: ___,
  order: ____,
  ...shown
}: NotificationRow): NotificationView => shown;
