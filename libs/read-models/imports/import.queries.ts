import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@app/eventing';
import type { ImportedRow } from '@app/domain/import';
import { ReadModelReader } from '../read-model-reader.js';
import { importRowsProjection, type ImportResultRow } from './import-rows.projection.js';
import { importsProjection, type ImportRow } from './imports.projection.js';

export type ImportView = Omit<ImportRow, 'programId' | 'dueAt' | 'order'>;
export type ImportResultView = Omit<ImportResultRow, 'id' | 'programId' | 'importId'>;

type Place = Pick<PageRequest, 'after' | 'limit'>;

@Injectable()
export class ImportQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** Newest first. @throws InvalidCursor */
  async page(programId: string, place: Place): Promise<Page<ImportView>> {
    const list = { programId, index: 'program', equals: { programId }, order: 'desc', ...place } as const;
    const { documents, ...page } = await this.readModels.page(importsProjection, list);
    return { documents: documents.map(view), ...page };
  }

  async one(programId: string, importId: string): Promise<ImportView | null> {
    const row = await this.readModels.one(importsProjection, programId, importId);
    return row && view(row);
  }

  /** In the order of the file. @throws InvalidCursor */
  async rows(
    programId: string,
    importId: string,
    outcome: ImportedRow['outcome'] | undefined,
    place: Place,
  ): Promise<Page<ImportResultView>> {
    const list = outcome
      ? ({ index: 'outcome', equals: { importId, outcome } } as const)
      : ({ index: 'import', equals: { importId } } as const);
    const { documents, ...page } = await this.readModels.page(importRowsProjection, {
      programId,
      order: 'asc',
      ...list,
      ...place,
    });
    return {
      documents: documents.map(({ row, outcome, targetId, code, field, rule }) => ({
        row,
        outcome,
        targetId,
        code,
        field,
        rule,
      })),
      ...page,
    };
  }
}

const view = ({ programId: _, dueAt: __, order: ___, ...shown }: ImportRow): ImportView => shown;
