import type { Document, ModelDefinition, ReadModelStore } from '@app/eventing';

/** The document of this id; `null` where there is none, or only one of another program. */
export async function ofProgram<Row extends Document & { readonly programId: string }>(
  readModels: ReadModelStore,
  model: ModelDefinition<Row>,
  programId: string,
  id: string,
): Promise<Row | null> {
  const [row] = await readModels.get(model, [id]);
  return row?.programId === programId ? row : null;
}
