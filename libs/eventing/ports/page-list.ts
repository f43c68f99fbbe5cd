import { createHash } from 'node:crypto';
import { fieldValue, indexFields } from './model-fields.js';
import {
  InvalidCursor,
  type Document,
  type FieldValue,
  type ModelDefinition,
  type Page,
  type PageRequest,
} from './read-model-store.js';

/** A validated page request for an index. */
export type PageList = {
  /** Identity of the list, for its cursors: model, index, order and filter. */
  readonly list: string;
  /** The first fields of the index, and their required values. */
  readonly equal: readonly (readonly [field: string, value: FieldValue])[];
  /** Bounds of the next field: exclusive lower, inclusive upper. */
  readonly range: { readonly field: string; readonly above?: FieldValue; readonly upTo?: FieldValue } | null;
  /** The other fields of the index; the last one is the id. */
  readonly sortedBy: readonly string[];
  /** The values of these fields at the end of the previous page; `null` on the first page. */
  readonly end: readonly FieldValue[] | null;
};

/** @throws TypeError when the index does not exist or does not fit; InvalidCursor */
export function pageList(
  model: ModelDefinition,
  { programId, index, equals, range, order, after }: PageRequest,
): PageList {
  const fields = indexFields(model, index);
  const given = Object.keys(equals).length;
  const first = fields.slice(0, given);
  if (first.length < given || !first.every((field) => Object.hasOwn(equals, field)) || given === fields.length) {
    throw new TypeError(`Index ${index} of ${model.name} does not fit the fields ${Object.keys(equals).join(', ')}`);
  }
  const list = createHash('sha256')
    .update(JSON.stringify([model.name, programId, index, order, first.map((field) => equals[field]), range ?? null]))
    .digest('base64url')
    .slice(0, 16);
  const sortedBy = fields.slice(given);
  return {
    list,
    equal: first.map((field) => [field, fieldValue(equals[field], field)]),
    range: range ? rangeOf(sortedBy[0] ?? 'id', range) : null,
    sortedBy,
    end: after === undefined ? null : decodeCursor(after, list, sortedBy.length),
  };
}

function rangeOf(field: string, { above, upTo }: NonNullable<PageRequest['range']>): NonNullable<PageList['range']> {
  return {
    field,
    ...(above === undefined ? {} : { above: fieldValue(above, field) }),
    ...(upTo === undefined ? {} : { upTo: fieldValue(upTo, field) }),
  };
}

/** The page of the found documents: at most one more than the limit, which shows that there is a next page. */
export function toPage<Row extends Document>(
  { list, sortedBy }: PageList,
  found: readonly Row[],
  limit: number,
): Page<Row> {
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  if (found.length <= limit || !last) return { documents, next: null };
  return {
    documents,
    next: encodeCursor(
      list,
      sortedBy.map((field) => fieldValue(last[field], field)),
    ),
  };
}

const encodeCursor = (list: string, values: readonly FieldValue[]): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

function decodeCursor(text: string, list: string, length: number): readonly FieldValue[] {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) throw new InvalidCursor();
  const [ofList, ...values] = parsed as unknown[];
  if (ofList !== list || values.length !== length || !values.every(isFieldValue)) throw new InvalidCursor();
  // Decoding is lenient; a valid cursor is exactly what we would write.
  if (encodeCursor(list, values) !== text) throw new InvalidCursor();
  return values;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw new InvalidCursor();
  }
}

const isFieldValue = (value: unknown): value is FieldValue =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
