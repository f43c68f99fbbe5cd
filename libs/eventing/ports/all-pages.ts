import type { Document, ModelDefinition, PageRequest, ReadModelStore } from './read-model-store.js';

const BATCH = 200;

/** All documents of a list, read page by page. Only for lists that stay short. */
export async function allPages<Row extends Document>(
  readModels: ReadModelStore,
  model: ModelDefinition<Row>,
  request: Omit<PageRequest, 'after' | 'limit'>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ;) {
    const { documents, next } = await readModels.page(model, { ...request, after, limit: BATCH });
    rows.push(...documents);
    if (next === null) return rows;
    after = next;
  }
}
