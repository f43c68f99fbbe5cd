import type { Actor } from '@app/kernel';
import type { ImportedRow, ImportKind } from '@app/domain/import';
import { defineReadModel } from '../define-read-model.js';

export type ImportRow = {
  readonly id: string;
  readonly programId: string;
  readonly kind: ImportKind;
  readonly status: 'running' | 'finished' | 'failed';
  /** Who uploaded the file. */
  readonly author: Actor;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Rows by what became of them. */
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Why it failed. */
  readonly reason: string | null;
  /** When the next rows are due. */
  readonly dueAt: string;
  readonly order: string;
};

export const importsProjection = defineReadModel<ImportRow>()({
  name: 'imports',
  handles: ['ImportStarted', 'RowsImported', 'ImportFinished', 'ImportFailed'],
  indexes: { program: ['programId', 'order'], due: ['programId', 'status', 'dueAt'] },
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    const { programId, actor: author, occurredAt } = event.metadata;
    if (event.type === 'ImportStarted')
      return {
        id: event.aggregateId,
        programId,
        kind: event.data.kind,
        status: 'running',
        author,
        startedAt: occurredAt,
        endedAt: null,
        created: 0,
        changed: 0,
        unchanged: 0,
        refused: 0,
        reason: null,
        dueAt: occurredAt,
        order: event.position,
      };
    if (row === null) return null;
    switch (event.type) {
      case 'RowsImported':
        return { ...row, ...counted(row, event.data.rows), dueAt: occurredAt };
      case 'ImportFinished':
        return { ...row, status: 'finished', endedAt: occurredAt };
      case 'ImportFailed':
        return { ...row, status: 'failed', endedAt: occurredAt, reason: event.data.reason };
    }
  },
});

function counted(
  { created, changed, unchanged, refused }: ImportRow,
  rows: readonly ImportedRow[],
): Pick<ImportRow, ImportedRow['outcome']> {
  const counts = { created, changed, unchanged, refused };
  for (const { outcome } of rows) counts[outcome] += 1;
  return counts;
}
