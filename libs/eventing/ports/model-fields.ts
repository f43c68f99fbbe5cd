import type { Document, FieldValue, ModelDefinition } from './read-model-store.js';

/** Top-level fields that an index of the model uses, beside the id and the list. */
export function indexedFields(model: ModelDefinition): readonly string[] {
  const fields = new Set(Object.values(model.indexes).flat());
  fields.delete('id');
  if (model.listField !== undefined) fields.delete(model.listField);
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
  const fields = [...indexedFields(model), model.searchTerms, model.listField].filter((name) => name !== undefined);
  for (const name of [model.name, ...Object.keys(model.indexes), ...fields]) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) throw new TypeError(`Not a name for a model, index or field: ${name}`);
  }
}

/** The indexes that find a document under each text of its list. */
export const listIndexes = ({ indexes, listField }: ModelDefinition): readonly string[] =>
  Object.keys(indexes).filter((index) => listField !== undefined && indexes[index]?.includes(listField));

/** The texts under which those find it, each once; a missing list counts as empty. @throws TypeError */
export function listValues({ listField }: ModelDefinition, document: Document): readonly string[] {
  const list = listField === undefined ? [] : (document[listField] ?? []);
  if (Array.isArray(list) && list.every((value) => typeof value === 'string')) return [...new Set(list)];
  throw new TypeError(`Field ${listField ?? ''} does not hold a list of texts`);
}

/** The value of an indexed field; a missing one counts as null. @throws TypeError for a list or an object */
export function fieldValue(value: unknown, field: string): FieldValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`Indexed field ${field} holds neither text, number, boolean nor null`);
}
