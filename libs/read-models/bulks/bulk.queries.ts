import { Injectable } from '@nestjs/common';
import type { Page } from '@app/eventing';
import type { BulkResult } from '@app/domain/bulk';
import { ReadModelReader } from '../read-model-reader.js';
import { bulkResultsModel, bulksModel, type BulkRow } from './bulks.projection.js';

/** Without the list, which is known to who started it. */
export type BulkView = Omit<BulkRow, 'programId' | 'folder' | 'mine' | 'upTo'>;

@Injectable()
export class BulkQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  async one(programId: string, bulkId: string): Promise<BulkView | null> {
    const row = await this.readModels.one(bulksModel, programId, bulkId);
    if (!row) return null;
    const { programId: _, folder: _folder, mine: _mine, upTo: _upTo, ...view } = row;
    return view;
  }

  /** @throws InvalidCursor */
  async results(
    programId: string,
    bulkId: string,
    after: string | undefined,
    limit: number,
  ): Promise<Page<BulkResult>> {
    const { documents, ...page } = await this.readModels.page(bulkResultsModel, {
      programId,
      index: 'bulk',
      equals: { bulkId },
      order: 'asc',
      after,
      limit,
    });
    return {
      documents: documents.map(({ conversationId, outcome, code }) => ({ conversationId, outcome, code })),
      ...page,
    };
  }
}
