import type { Samples } from './sample-types.js';
import { place } from './shared-values.js';

const parked = { worker: 'automation', key: 'conversation-1', source: { stream: 'conversation-1', revision: 3 } };

/** The event store itself, answered requests, parked messages and exports. */
/** The event store itself, answered requests, imports and parked messages. */
export const bookkeepingSamples = {
  RecordBegun: { recordId: 'record-1' },
  RequestTaken: { kind: 'contact' },
  RequestAnswered: { revision: 3, position: place },
  ImportStarted: {
    importId: 'import-1',
    kind: 'contacts',
    file: 'a1b2c3',
    columns: ['externalId', 'name', 'phones'],
    nextByte: 24,
    by: 'anna',
  },
  RowsImported: {
    importId: 'import-1',
    firstRow: 201,
    rows: [
      { outcome: 'created', id: 'contact-rita', code: null, field: null, rule: null },
      { outcome: 'refused', id: null, code: 'InvalidForm', field: 'phones.0', rule: 'format' },
    ],
    nextByte: 20_480,
  },
  ImportFinished: { importId: 'import-1', file: 'a1b2c3' },
  ImportFailed: { importId: 'import-1', file: 'a1b2c3', reason: 'InvalidCsv' },
  MessageParked: { ...parked, cause: 'TypeError' },
  ReplayRequested: { worker: 'automation', key: 'conversation-1' },
  ParkedMessageHandled: parked,
  ConversationExported: {
    exportId: 'export-1',
    conversationId: 'conversation-1',
    format: 'csv',
    from: '2026-01-05',
    to: '2026-01-31',
    by: 'anna',
  },
  ExportRequested: {
    exportId: 'export-1',
    from: null,
    to: '2026-01-31',
    by: 'anna',
    expiresAt: '2026-02-01T09:00:00.000Z',
  },
  ExportPartWritten: { exportId: 'export-1', part: 'part-1', rows: 2, bytes: 200, cursor: 'next', percent: 50 },
  ExportFinished: { exportId: 'export-1' },
  ExportDownloaded: { exportId: 'export-1', by: 'anna' },
  ExportWithdrawn: { exportId: 'export-1' },
  ExportExpired: { exportId: 'export-1' },
  ReplayFailed: { ...parked, cause: 'RangeError' },
} satisfies Partial<Samples>;
