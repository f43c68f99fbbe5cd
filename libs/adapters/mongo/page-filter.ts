import type { Document, FieldValue, PageList, PageRequest } from '@app/eventing';
import type { Filter } from 'mongodb';
import { IS_DOCUMENT, path, type Stored } from './model-collections.js';

type Condition = Readonly<Record<string, unknown>>;

/**
 * The filter of a page: the values of its first fields, and the range beyond the end of the previous page. Its first
 * sorted field bounds one range of the compound index, which both orders read from its edge; a choice of ranges alone
 * would be merged after sorting everything in descending order.
 */
export function pageFilter<Row extends Document>({
  equal,
  range,
  sortedBy,
  end,
  order,
}: PageList): Filter<Stored<Row>> {
  const conditions: Condition[] = [IS_DOCUMENT, ...equal.map(([field, value]) => ({ [path(field)]: { $eq: value } }))];
  if (range) conditions.push(...within(path(range.field), range));
  const [first] = sortedBy;
  if (end && first !== undefined) {
    conditions.push(...bound(path(first), end[0] ?? null, order), beyond(sortedBy.map(path), end, order));
  }
  return { $and: conditions } as Filter<Stored<Row>>;
}

/** Null is at most anything, and only null is at most null. */
function within(name: string, { above, upTo }: NonNullable<PageList['range']>): Condition[] {
  return [
    ...(above === undefined ? [] : [{ [name]: above === null ? { $ne: null } : { $gt: above } }]),
    ...(upTo === undefined ? [] : [{ [name]: upTo === null ? { $eq: null } : { $not: { $gt: upTo } } }]),
  ];
}

/** One alternative for each field: the fields before it are equal, this one is beyond. */
function beyond(paths: readonly string[], end: readonly FieldValue[], order: PageRequest['order']): Condition {
  const choices: Condition[] = [];
  paths.forEach((name, n) => {
    const further = furtherThan(end[n] ?? null, order);
    if (!further) return;
    const same = paths.slice(0, n).map((before, m) => ({ [before]: { $eq: end[m] ?? null } }));
    choices.push({ $and: [...same, { [name]: further }] });
  });
  return { $or: choices };
}

/** Comparisons stay within a type, so null, which is first, is expressed by exclusion. */
function furtherThan(value: FieldValue, order: PageRequest['order']): Condition | null {
  if (order === 'asc') return value === null ? { $ne: null } : { $gt: value };
  return value === null ? null : { $not: { $gte: value } };
}

function bound(name: string, value: FieldValue, order: PageRequest['order']): Condition[] {
  if (order === 'asc') return value === null ? [] : [{ [name]: { $gte: value } }];
  return [{ [name]: value === null ? { $eq: null } : { $not: { $gt: value } } }];
}
