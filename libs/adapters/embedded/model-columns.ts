import type { Document, FieldValue, ModelDefinition } from '@app/eventing';
import type { Value } from './sqlite.js';

/**
 * Stands for null in index columns: below every number and text, as null is, but equal to itself and comparable, so
 * that pages need no special case. JSON has no such number.
 */
const NULL = -Infinity;

/** Top-level fields that an index of the model uses, beside the id. */
export function indexedFields(model: ModelDefinition): readonly string[] {
  const fields = new Set(Object.values(model.indexes).flat());
  fields.delete('id');
  return [...fields];
}

/** Fields of one index with the id that settles ties. */
export function indexFields(model: ModelDefinition, index: string): readonly string[] {
  const fields = model.indexes[index];
  if (!fields) throw new TypeError(`Model ${model.name} has no index ${index}`);
  return fields.includes('id') ? fields : [...fields, 'id'];
}

export const quote = (name: string): string => `"${name}"`;
export const column = (field: string): string => (field === 'id' ? 'id' : quote(`field:${field}`));

/** Names become part of statements, so they are plain words. */
export function checkNames(model: ModelDefinition): void {
  const fields = [...indexedFields(model), ...(model.searchTerms === undefined ? [] : [model.searchTerms])];
  for (const name of [model.name, ...Object.keys(model.indexes), ...fields]) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) throw new TypeError(`Not a name for a model, index or field: ${name}`);
  }
}

export function toColumn(value: unknown, field: string): Value {
  if (value === null || value === undefined) return NULL;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`Indexed field ${field} holds neither text, number, boolean nor null`);
}

/** The value of an indexed field as it goes into a cursor. */
export const toFieldValue = (value: unknown): FieldValue => (value === undefined ? null : (value as FieldValue));

/** The terms a document is found by, each once. */
export function termsOf(model: ModelDefinition, document: Document): Set<string> {
  const terms = model.searchTerms === undefined ? [] : document[model.searchTerms];
  return new Set(Array.isArray(terms) ? terms.filter((term) => typeof term === 'string') : []);
}
