/**
 * An opt-out: its position, and when it was accepted (milliseconds since 1970), or sent if it was found in the
 * provider's list.
 */
type OptOut = { readonly position: string; readonly at: number };

/**
 * An opt-in: its position; the time it counts from if it was found in the provider's list; whether it answers an opt-in
 * request.
 */
type OptIn = { readonly position: string; readonly countsFrom: number | null; readonly isAnswer: boolean };

/**
 * The effect of the keywords of an address, regardless of the order in which they are handled: they count in the order
 * in which they were accepted, so an opt-in accepted before an opt-out never undoes it.
 */
export type KeywordState = {
  /** Position of the newest opt-out, and the latest time of any. */
  readonly optOut: OptOut | null;
  /** Opt-ins that no known opt-out undoes. */
  readonly optIns: readonly OptIn[];
};

export const noKeywords: KeywordState = { optOut: null, optIns: [] };

/**
 * Whether an opt-in is valid after an opt-out. One that was found later, in the provider's list, counts from the time
 * at which it was sent, so an opt-out of that time or later undoes it, although we accepted the opt-in after it.
 */
export const survives = ({ position, countsFrom }: OptIn, optOut: OptOut): boolean =>
  position > optOut.position && (countsFrom === null || countsFrom > optOut.at);

/** A YES answers an opt-in request that would not have been sent after an opt-out, so every opt-out undoes it. */
const stands = (optIn: OptIn, optOut: OptOut | null): boolean =>
  optOut === null || (!optIn.isAnswer && survives(optIn, optOut));

export function accept({ optOut, optIns }: KeywordState, optIn: OptIn): KeywordState {
  if (!stands(optIn, optOut) || optIns.some((other) => outdoes(other, optIn))) return { optOut, optIns };
  return { optOut, optIns: [...optIns.filter((other) => !outdoes(optIn, other)), optIn] };
}

export function refuse(state: KeywordState, { position, at }: OptOut): KeywordState {
  const { optOut: known } = state;
  const optOut =
    known === null
      ? { position, at }
      : { position: known.position > position ? known.position : position, at: Math.max(known.at, at) };
  return { optOut, optIns: state.optIns.filter((optIn) => stands(optIn, optOut)) };
}

/**
 * Every opt-out that undoes one opt-in also undoes the other of its kind, so only one is kept and the list stays short.
 */
const outdoes = (one: OptIn, other: OptIn): boolean =>
  one.isAnswer === other.isAnswer &&
  one.position >= other.position &&
  (one.countsFrom ?? Infinity) >= (other.countsFrom ?? Infinity);
