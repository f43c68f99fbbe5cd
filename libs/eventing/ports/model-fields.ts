import type { FieldValue, ModelDefinition } from './read-model-store.js';

/** Top-level fields that an index of the model uses, beside the id. */
export function indexedFields(model: ModelDefinition): readonly string[] {
  const fields = new Set(Object.values(model.indexes).flat());
  fields.delete('id');
  return [...fields];
}

/**
 * Fields of one index, followed by the id, which makes the order unique. @throws TypeError when there is no such index
 */
export function indexFields(model: ModelDefinition, index: string): readonly string[] {
  const fields = model.indexes[index];
  if (!fields) throw new TypeError(`Model ${model.name} has no index ${index}`);
  return fields.includes('id') ? fields : [...fields, 'id'];
}

/** Names become part of statements and of table names, so they must be plain words. @throws TypeError */
export function checkNames(model: ModelDefinition): void {
  const fields = [...indexedFields(model), ...(model.searchTerms === undefined ? [] : [model.searchTerms])];
  for (const name of [model.name, ...Object.keys(model.indexes), ...fields]) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) throw new TypeError(`Not a name for a model, index or field: ${name}`);
  }
}

/** The value of an indexed field; a missing one counts as null. @throws TypeError for a list or an object */
export function fieldValue(value: unknown, field: string): FieldValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`Indexed field ${field} holds neither text, number, boolean nor null`);
}
