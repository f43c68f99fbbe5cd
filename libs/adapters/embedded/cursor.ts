import { InvalidCursor, type FieldValue } from '@app/eventing';

/** Where a page ended. `list` names the list the cursor belongs to: model, index, order and what was asked for. */
export type Cursor = { readonly list: string; readonly values: readonly FieldValue[] };

export const encodeCursor = ({ list, values }: Cursor): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

/** The values of a cursor of this list with so many values. @throws InvalidCursor */
export function decodeCursor(text: string, list: string, length: number): readonly FieldValue[] {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) throw new InvalidCursor();
  const [ofList, ...values] = parsed as unknown[];
  if (ofList !== list || values.length !== length || !values.every(isFieldValue)) throw new InvalidCursor();
  // Decoding forgives much; a cursor of ours is exactly what we would write.
  if (encodeCursor({ list, values }) !== text) throw new InvalidCursor();
  return values;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw new InvalidCursor();
  }
}

const isFieldValue = (value: unknown): value is FieldValue =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
