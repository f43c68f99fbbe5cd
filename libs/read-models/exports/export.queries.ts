import { Injectable } from '@nestjs/common';
import { allPages, ReadModelStore, type Page } from '@app/eventing';
import { ReadModelReader } from '../read-model-reader.js';
import { exportsProjection, type ExportDocument } from './exports.projection.js';

@Injectable()
export class ExportQueries {
  constructor(
    private readonly readModels: ReadModelReader,
    private readonly store: ReadModelStore,
  ) {}

  /** Newest first. @throws InvalidCursor */
  page(programId: string, after: string | undefined, limit: number): Promise<Page<ExportDocument>> {
    const request = { programId, index: 'program', equals: { programId }, order: 'desc', after, limit } as const;
    return this.readModels.page(exportsProjection, request);
  }

  one(programId: string, id: string): Promise<ExportDocument | null> {
    return this.readModels.one(exportsProjection, programId, id);
  }

  /** Those whose files were not deleted at their time yet. */
  withFiles(programId: string): Promise<readonly ExportDocument[]> {
    const equals = { programId, hasFiles: true };
    return allPages(this.store, exportsProjection, { programId, index: 'expiring', equals, order: 'asc' });
  }
}
