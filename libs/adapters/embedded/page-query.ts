import { createHash } from 'node:crypto';
import type { ModelDefinition, PageRequest } from '@app/eventing';
import { decodeCursor } from './cursor.js';
import { column, indexFields, quote, toColumn } from './model-columns.js';
import type { Value } from './sqlite.js';

export type PageQuery = {
  readonly sql: string;
  readonly values: readonly Value[];
  /** Identity of the list, for its cursors, and the fields that tell where a page ends. */
  readonly list: string;
  readonly sortedBy: readonly string[];
};

/** The statement of one page; it reads one document more than asked for, to know whether there is a next page. */
export function pageQuery(model: ModelDefinition, table: string, request: PageRequest): PageQuery {
  const { index, equals, order, after, limit } = request;
  const fields = indexFields(model, index);
  const given = Object.keys(equals).length;
  const where = fields.slice(0, given);
  if (where.length < given || !where.every((field) => Object.hasOwn(equals, field)) || given === fields.length) {
    throw new TypeError(`Index ${index} of ${model.name} is not asked for by ${Object.keys(equals).join(', ')}`);
  }
  const equal = where.map((field) => toColumn(equals[field], field));
  const list = createHash('sha256')
    .update(JSON.stringify([model.name, index, order, where.map((field) => equals[field])]))
    .digest('base64url')
    .slice(0, 16);

  const sortedBy = fields.slice(given);
  const sorted = sortedBy.map(column);
  const conditions = where.map((field) => `${column(field)} = ?`);
  const values = [...equal];
  if (after !== undefined) {
    const end = decodeCursor(after, list, sorted.length);
    conditions.push(`(${sorted.join(', ')}) ${order === 'asc' ? '>' : '<'} (${sorted.map(() => '?').join(', ')})`);
    values.push(...end.map((value) => toColumn(value, index)));
  }
  const sql = `SELECT doc FROM ${quote(table)}
    ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
    ORDER BY ${sorted.map((name) => `${name} ${order}`).join(', ')} LIMIT ?`;
  return { sql, values: [...values, limit + 1], list, sortedBy };
}
