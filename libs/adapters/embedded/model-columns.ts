import { fieldValue, type Document, type ModelDefinition } from '@app/eventing';
import type { Value } from './sqlite.js';

/**
 * Replaces null in index columns: below every number and text, as null is, but equal to itself and comparable, so pages
 * need no special case. JSON has no such number.
 */
const NULL = -Infinity;

export const quote = (name: string): string => `"${name}"`;
export const column = (field: string): string => (field === 'id' ? 'id' : quote(`field:${field}`));

export function toColumn(value: unknown, field: string): Value {
  const held = fieldValue(value, field);
  if (held === null) return NULL;
  return typeof held === 'boolean' ? Number(held) : held;
}

/** The search terms of a document, each once. */
export function termsOf(model: ModelDefinition, document: Document): Set<string> {
  const terms = model.searchTerms === undefined ? [] : document[model.searchTerms];
  return new Set(Array.isArray(terms) ? terms.filter((term) => typeof term === 'string') : []);
}
