import { defineReadModel } from '../define-read-model.js';

/** A file with all messages, which is made in the background. */
export type ExportDocument = {
  readonly id: string;
  readonly programId: string;
  readonly status: 'running' | 'finished' | 'withdrawn' | 'expired';
  readonly from: string | null;
  readonly to: string | null;
  readonly by: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
  /** Position of the request: the file shows everything up to there. */
  readonly position: string;
  readonly rows: number;
  readonly bytes: number;
  readonly percent: number;
  readonly downloads: number;
  /** The names of the parts that are stored, in order. */
  readonly parts: readonly string[];
  /** Where the next part starts; `null`: at the beginning. */
  readonly cursor: string | null;
  /** When the next part is due. */
  readonly dueAt: string;
  /** Whether parts may be stored. */
  readonly hasFiles: boolean;
  readonly revision: number;
};

export const exportsProjection = defineReadModel<ExportDocument>()({
  name: 'exports',
  handles: [
    'ExportRequested',
    'ExportPartWritten',
    'ExportFinished',
    'ExportDownloaded',
    'ExportWithdrawn',
    'ExportExpired',
  ],
  indexes: {
    program: ['programId', 'position'],
    due: ['programId', 'status', 'dueAt'],
    expiring: ['programId', 'hasFiles', 'expiresAt'],
  },
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    const { revision } = event;
    const { programId, occurredAt } = event.metadata;
    if (event.type === 'ExportRequested') {
      const { from, to, by, expiresAt } = event.data;
      return {
        id: event.aggregateId,
        programId,
        status: 'running',
        from,
        to,
        by,
        requestedAt: occurredAt,
        expiresAt,
        position: event.position,
        rows: 0,
        bytes: 0,
        percent: 0,
        downloads: 0,
        parts: [],
        cursor: null,
        dueAt: occurredAt,
        hasFiles: true,
        revision,
      };
    }
    if (row === null) return null;
    switch (event.type) {
      case 'ExportPartWritten': {
        const { part, rows, bytes, cursor, percent } = event.data;
        const written = { rows: row.rows + rows, bytes: row.bytes + bytes, parts: [...row.parts, part] };
        return { ...row, ...written, cursor, percent, dueAt: occurredAt, revision };
      }
      case 'ExportFinished':
        return { ...row, status: 'finished', percent: 100, revision };
      case 'ExportDownloaded':
        return { ...row, downloads: row.downloads + 1, revision };
      case 'ExportWithdrawn':
        return { ...row, status: 'withdrawn', revision };
      case 'ExportExpired':
        return { ...row, status: 'expired', hasFiles: false, revision };
    }
  },
});
