import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { ImportKind } from '@app/domain/import';
import { DomainError, type Json, type JsonObject } from '@app/kernel';
import { contactFields, InvalidForm, objectOf, payoutFields, referralFields } from './forms.js';

/** The columns of a file, and which of them each row must fill in. */
export const importSchemas = {
  contacts: objectOf(contactFields, ['externalId']),
  referrals: objectOf(referralFields, ['externalId']),
  payouts: objectOf({ referralExternalId: referralFields.externalId, ...payoutFields }, [
    'referralExternalId',
    ...Object.keys(payoutFields),
  ]),
} as const satisfies Record<ImportKind, object>;

const LONGEST_ROW_BYTES = 64 * 1024;

/** A row of a file, and the byte at which the next one begins. */
export type CsvRow = { readonly cells: readonly string[]; readonly nextByte: number };

/** Reads rows as they are needed. @throws CsvError when the rest of the file has no rows */
export async function* csvRows(content: NodeJS.ReadableStream, fromByte: number): AsyncGenerator<CsvRow> {
  const options = {
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_ROW_BYTES,
  } as const;
  // The errors of both streams come out of the parser.
  const parser = pipeline(content, parse(options), () => undefined);
  for await (const { record, info } of parser as AsyncIterable<Parsed>)
    yield { cells: record, nextByte: fromByte + info.bytes };
}
type Parsed = { readonly record: readonly string[]; readonly info: { readonly bytes: number } };

export const isInvalidCsv = (error: unknown): boolean => error instanceof CsvError;

const consentColumn = /consent|opt[\s_-]?(in|out|ed)|subscri|permission|sms[\s_-]?(ok|allowed)/i;

/** @throws ConsentNotImported, InvalidForm for a column that is unknown, given twice or missing */
export function checkColumns(kind: ImportKind, columns: readonly string[]): void {
  const { properties, required } = importSchemas[kind];
  const consent = columns.find((column) => consentColumn.test(column));
  if (consent !== undefined) throw new ConsentNotImported();
  const known = Object.keys(properties);
  // Only names that we know are repeated in an error: a file without a line of columns begins with personal data.
  columns.forEach((column, index) => {
    if (!known.includes(column)) throw new InvalidForm(`column ${index + 1}`, 'knownColumn');
    if (columns.indexOf(column) < index) throw new InvalidForm(column, 'unique');
  });
  const missing = required.find((column) => !columns.includes(column));
  if (missing !== undefined) throw new InvalidForm(missing, 'required');
}

/** The fields of a row; an empty cell is a field that is left out. Lists are separated by semicolons. @throws InvalidForm */
export function formOf(kind: ImportKind, columns: readonly string[], cells: readonly string[]): JsonObject {
  if (cells.length > columns.length) throw new InvalidForm('row', 'columns');
  const properties: Readonly<Record<string, { readonly type?: string }>> = importSchemas[kind].properties;
  const filled = columns.map((column, index) => [column, cells[index]?.trim() ?? ''] as const);
  return Object.fromEntries(
    filled.filter(([, cell]) => cell !== '').map(([column, cell]) => [column, valueOf(properties[column]?.type, cell)]),
  );
}

function valueOf(type: string | undefined, cell: string): Json {
  if (type === 'array') return cell.split(';').map((one) => one.trim());
  if (type === 'boolean' && /^(true|false)$/.test(cell)) return cell === 'true';
  return type === 'integer' && /^\d{1,15}$/.test(cell) ? Number(cell) : cell;
}

/** Consent belongs to a number, a program and a form that the person saw: a column cannot carry it. */
export class ConsentNotImported extends DomainError {
  readonly code = 'ConsentNotImported';
  override readonly kind = 'invalid';
  override readonly field = 'body';
  constructor() {
    super('Consent cannot be imported: leave out its column; contacts agree by a form, or by a text of their own');
  }
}
