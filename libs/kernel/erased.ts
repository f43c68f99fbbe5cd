/** Stands in the place of personal content whose key was destroyed. Plain data, and no text, number, list or token. */
export type Erased = { readonly erased: true };

/** Content that can be erased. Event data declare each sealed field so; whoever uses one says what happens when it is gone. */
export type Personal<Value> = Value | Erased;

/** The data as a command says it: nothing of it is erased yet. */
export type Open<Data> = { readonly [Field in keyof Data]: Exclude<Data[Field], Erased> };

export const ERASED: Erased = Object.freeze({ erased: true });

export const isErased = (value: unknown): value is Erased =>
  typeof value === 'object' && value !== null && 'erased' in value && value.erased === true;

/** The value, or what takes its place where it was erased. */
export function unlessErased<Value>(value: Personal<Value>, otherwise: null): Value | null;
export function unlessErased<Value>(value: Personal<Value>, otherwise: NoInfer<Value>): Value;
export function unlessErased<Value>(value: Personal<Value>, otherwise: Value): Value {
  return isErased(value) ? otherwise : value;
}

/** The data, or `null` where something of it was erased. */
export const opened = <Data extends object>(data: Data): Open<Data> | null =>
  Object.values(data).some(isErased) ? null : (data as Open<Data>);
