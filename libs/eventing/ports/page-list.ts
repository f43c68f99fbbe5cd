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
  /** The values of these fields where an earlier page ended; `null` on the first page. */
  readonly end: readonly FieldValue[] | null;
  /** Whether the page before that end was asked for, not the one after it. */
  readonly isBackward: boolean;
  /** The order to read in: on a backward page it is the opposite of the list's. */
  readonly order: PageRequest['order'];
};

/** @throws TypeError when the index does not exist or does not fit; InvalidCursor */
export function pageList(model: ModelDefinition, request: PageRequest): PageList {
  const { programId, index, equals, range, order, after } = request;
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
    ...placeOf(after, list, sortedBy.length, order),
  };
}

function placeOf(
  after: string | undefined,
  list: string,
  length: number,
  order: PageRequest['order'],
): Pick<PageList, 'end' | 'isBackward' | 'order'> {
  if (after === undefined) return { end: null, isBackward: false, order };
  const { end, isBackward } = decodeCursor(after, list, length);
  return { end, isBackward, order: isBackward === (order === 'asc') ? 'desc' : 'asc' };
}

/** The cursor of the page after this document of a list, or of the one before it. */
export function cursorAt<Row extends Document>(
  model: ModelDefinition<Row>,
  request: Omit<PageRequest, 'after' | 'limit'>,
  document: Row,
  isBackward: boolean,
): string {
  const { list, sortedBy } = pageList(model, { ...request, limit: 0 });
  return encodeCursor(list, valuesOf(document, sortedBy), isBackward);
}

function rangeOf(field: string, { above, upTo }: NonNullable<PageRequest['range']>): NonNullable<PageList['range']> {
  return {
    field,
    ...(above === undefined ? {} : { above: fieldValue(above, field) }),
    ...(upTo === undefined ? {} : { upTo: fieldValue(upTo, field) }),
  };
}

/** The page of the found documents: at most one more than the limit, which shows that there are more. */
export function toPage<Row extends Document>(
  { list, sortedBy, end, isBackward }: PageList,
  found: readonly Row[],
  limit: number,
): Page<Row> {
  const read = found.slice(0, limit);
  const documents = isBackward ? read.toReversed() : read;
  const hasMore = found.length > limit;
  const cursor = (document: Row | undefined, backward: boolean): string | null =>
    document ? encodeCursor(list, valuesOf(document, sortedBy), backward) : null;
  return {
    documents,
    next: hasMore || isBackward ? cursor(documents.at(-1), false) : null,
    previous: isBackward ? (hasMore ? cursor(documents[0], true) : null) : end && cursor(documents[0], true),
  };
}

const valuesOf = (document: Document, fields: readonly string[]): readonly FieldValue[] =>
  fields.map((field) => fieldValue(document[field], field));

/** Marks the cursor of a previous page. */
const BACKWARD = '<';

const encodeCursor = (list: string, values: readonly FieldValue[], isBackward: boolean): string =>
  Buffer.from(JSON.stringify([isBackward ? list + BACKWARD : list, ...values])).toString('base64url');

function decodeCursor(
  text: string,
  list: string,
  length: number,
): { readonly end: readonly FieldValue[]; readonly isBackward: boolean } {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) throw new InvalidCursor();
  const [ofList, ...end] = parsed as unknown[];
  const isBackward = ofList === list + BACKWARD;
  if (!(ofList === list || isBackward) || end.length !== length || !end.every(isFieldValue)) throw new InvalidCursor();
  // Decoding is lenient; a valid cursor is exactly what we would write.
  if (encodeCursor(list, end, isBackward) !== text) throw new InvalidCursor();
  return { end, isBackward };
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
