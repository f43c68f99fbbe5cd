import type { Document, ModelDefinition, PageRequest, ReadModelStore } from './read-model-store.js';

const BATCH = 200;

/** The pages of a list, one after the other; `page` reads the one after a cursor. */
export async function* walkPages<Page extends { readonly next: string | null }>(
  page: (after: string | undefined) => Promise<Page>,
): AsyncIterable<Page> {
  for (let after: string | undefined; ;) {
    const read = await page(after);
    yield read;
    if (read.next === null) return;
    after = read.next;
  }
}

/** All documents of a list, read page by page. Only for lists that stay short. */
export async function allPages<Row extends Document>(
  readModels: ReadModelStore,
  model: ModelDefinition<Row>,
  request: Omit<PageRequest, 'after' | 'limit'>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const page = (after: string | undefined) => readModels.page(model, { ...request, after, limit: BATCH });
  for await (const { documents } of walkPages(page)) rows.push(...documents);
  return rows;
}
