import {
  walkPages,
  type Document,
  type DocumentWrite,
  type ModelDefinition,
  type PageRequest,
  type ReadModelStore,
  type StoredDocument,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import fc from 'fast-check';
import { uniqueName } from './opened.js';

export type Card = Document & {
  readonly place: string;
  readonly rank: number | null;
  readonly title: string;
  readonly open: boolean;
  readonly terms: readonly string[];
  readonly people: readonly string[];
};

export const at = (n: number): Position => String(n).padStart(20, '0');

/** The program of the documents. */
export const PROGRAM = 'program-1';

/** A model that nothing else uses. */
export const newModel = (): ModelDefinition => ({
  name: uniqueName('cards'),
  indexes: {
    byPlace: ['place', 'rank'],
    byTitle: ['open', 'title', 'rank'],
    byRank: ['rank'],
    byPerson: ['people', 'open', 'rank'],
  },
  listField: 'people',
  searchTerms: 'terms',
});

export const card = (id: string, fields: Partial<Card> = {}): Card => ({
  id,
  programId: PROGRAM,
  place: 'a',
  rank: 1,
  title: id,
  open: true,
  terms: [id.toLowerCase()],
  people: [],
  ...fields,
});

export const write = (position: number, document: Document): StoredDocument => ({ document, position: at(position) });

export const remove = (position: number, id: string): DocumentWrite => ({
  deleted: { programId: PROGRAM, id },
  position: at(position),
});

/** JSON has no -0. */
const withoutMinusZero = (n: number): number => n + 0;

/** Few values, so that equal ones are common. Text is ASCII: engines agree on its order. */
export const cards: fc.Arbitrary<Card[]> = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    programId: fc.constant(PROGRAM),
    place: fc.constantFrom('a', 'b', 'B', ''),
    rank: fc.oneof(
      fc.constant(null),
      fc.integer({ min: -2, max: 3 }),
      fc.double({ min: -1, max: 1, noNaN: true }).map(withoutMinusZero),
    ),
    title: fc.constantFrom('x', 'X', 'xy', '10', '9', ''),
    open: fc.boolean(),
    terms: fc.array(fc.constantFrom('ann', 'anna', 'bob', 'an', 'b'), { maxLength: 3 }),
    people: fc.array(fc.constantFrom('ann', 'anna', 'bob'), { maxLength: 3 }),
  }),
  { selector: ({ id }) => id, maxLength: 25 },
);

/** All documents of a list, whose pages must be full except the last one. */
export async function fullPages(
  store: ReadModelStore,
  model: ModelDefinition,
  request: Omit<PageRequest, 'after'>,
): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const page of walkPages((after) => store.page(model, { ...request, after }))) {
    if (page.documents.length > request.limit) throw new Error('The page is too long');
    if (page.next !== null && page.documents.length < request.limit)
      throw new Error('A page with a next one is too short');
    documents.push(...page.documents);
  }
  return documents;
}

export const byId = (documents: readonly Document[]): Document[] => documents.toSorted((a, b) => compare(a.id, b.id));

/** Order of a list: by these fields, null first, then by id. */
export const inOrder = (documents: readonly Document[], fields: readonly string[]): Document[] =>
  documents.toSorted((a, b) => {
    for (const field of fields) {
      const order = compare(a[field], b[field]);
      if (order !== 0) return order;
    }
    return compare(a.id, b.id);
  });

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return (a as string | number | boolean) < (b as string | number | boolean) ? -1 : 1;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
