import type { EventTypes, Message } from '@app/kernel';

export const importKinds = ['contacts', 'referrals', 'payouts'] as const;
export type ImportKind = (typeof importKinds)[number];

/** What became of a row: `id` is that of the contact or referral; a refused row has a code, and the field and rule. */
export type ImportedRow = {
  readonly outcome: 'created' | 'changed' | 'unchanged' | 'refused';
  readonly id: string | null;
  readonly code: string | null;
  readonly field: string | null;
  readonly rule: string | null;
};

/** A file was uploaded. `nextByte`: where its first row begins, after the line with the columns. */
export type ImportStarted = Message<
  'ImportStarted',
  {
    importId: string;
    kind: ImportKind;
    file: string;
    columns: readonly string[];
    nextByte: number;
    by: string;
  }
>;
/** Some rows were handled; the first one of the file has number 1. `nextByte`: where the next one begins. */
export type RowsImported = Message<
  'RowsImported',
  { importId: string; firstRow: number; rows: readonly ImportedRow[]; nextByte: number }
>;
export type ImportFinished = Message<'ImportFinished', { importId: string; file: string }>;
/** The rest of the file cannot be read. */
export type ImportFailed = Message<'ImportFailed', { importId: string; file: string; reason: string }>;

export type ImportEvent = ImportStarted | RowsImported | ImportFinished | ImportFailed;

export const importEventTypes = {
  ImportStarted: { version: 1 },
  RowsImported: { version: 1 },
  ImportFinished: { version: 1 },
  ImportFailed: { version: 1 },
} as const satisfies EventTypes<ImportEvent>;
