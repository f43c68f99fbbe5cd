/** Replaces personal content whose key was destroyed. Plain data that no string, number, list or token type accepts. */
export type Erased = { readonly erased: true };

/**
 * Content that can be erased. Event data use this type for each sealed field, so that users of the field must handle
 * the erased case.
 */
export type Personal<Value> = Value | Erased;

/** Data as a command carries it, with nothing erased yet. */
export type Open<Data> = { readonly [Field in keyof Data]: Exclude<Data[Field], Erased> };

export const ERASED: Erased = Object.freeze({ erased: true });

export const isErased = (value: unknown): value is Erased =>
  typeof value === 'object' && value !== null && 'erased' in value && value.erased === true;

/** The value, or the replacement if it was erased. */
export function unlessErased<Value>(value: Personal<Value>, otherwise: null): Value | null;
export function unlessErased<Value>(value: Personal<Value>, otherwise: NoInfer<Value>): Value;
export function unlessErased<Value>(value: Personal<Value>, otherwise: Value): Value {
  return isErased(value) ? otherwise : value;
}

/** The data, or `null` if any field was erased. */
export const opened = <Data extends object>(data: Data): Open<Data> | null =>
  Object.values(data).some(isErased) ? null : (data as Open<Data>);
