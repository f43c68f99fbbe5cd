import type { ImportedRow } from '@app/domain/import';
import { defineReadModel } from '../define-read-model.js';

/** One row of an imported file, and what became of it. */
export type ImportResultRow = ImportedRow & {
  readonly id: string;
  readonly programId: string;
  readonly importId: string;
  readonly row: number;
  /** The contact or the referral. */
  readonly targetId: string | null;
};

const idOf = (importId: string, row: number): string => `${importId} ${row}`;

export const importRowsProjection = defineReadModel<ImportResultRow>()({
  name: 'importRows',
  handles: ['RowsImported'],
  indexes: { import: ['importId', 'row'], outcome: ['importId', 'outcome', 'row'] },
  touches: ({ aggregateId, data: { firstRow, rows } }) => rows.map((_, index) => idOf(aggregateId, firstRow + index)),
  evolve(_row, { aggregateId: importId, metadata: { programId }, data: { firstRow, rows } }, id) {
    const row = Number(id.split(' ')[1]);
    const result = rows[row - firstRow];
    return result ? { ...result, id, programId, importId, row, targetId: result.id } : null;
  },
});
