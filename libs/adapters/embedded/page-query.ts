import { pageList, type ModelDefinition, type PageList, type PageRequest } from '@app/eventing';
import { column, toColumn } from './model-columns.js';
import type { Value } from './sqlite.js';

export type PageQuery = { readonly sql: string; readonly values: readonly Value[]; readonly page: PageList };

/** The statement of one page of a table; it reads one document more than requested, to know whether there are more. */
export function pageQuery(model: ModelDefinition, from: string, request: PageRequest): PageQuery {
  const page = pageList(model, request);
  const sorted = page.sortedBy.map(column);
  const conditions = ['doc IS NOT NULL', ...page.equal.map(([field]) => `${column(field)} = ?`)];
  const values = page.equal.map(([field, value]) => toColumn(value, field));
  if (request.programId !== null) {
    // Not for choosing an index: the program alone would be the wrong one.
    conditions.push('+program = ?');
    values.push(request.programId);
  }
  if (page.range) {
    const { field, above, upTo } = page.range;
    for (const [bound, sign] of [
      [above, '>'],
      [upTo, '<='],
    ] as const) {
      if (bound === undefined) continue;
      conditions.push(`${column(field)} ${sign} ?`);
      values.push(toColumn(bound, field));
    }
  }
  if (page.end) {
    conditions.push(`(${sorted.join(', ')}) ${page.order === 'asc' ? '>' : '<'} (${sorted.map(() => '?').join(', ')})`);
    values.push(...page.end.map((value) => toColumn(value, request.index)));
  }
  const sql = `SELECT doc FROM ${from}
    WHERE ${conditions.join(' AND ')}
    ORDER BY ${sorted.map((name) => `${name} ${page.order}`).join(', ')} LIMIT ?`;
  return { sql, values: [...values, request.limit + 1], page };
}
