/** An opt-out: where it was accepted in the record, and when (milliseconds since 1970) it was accepted, or sent if it was found in the provider's list. */
type OptOut = { readonly position: string; readonly at: number };

/** An opt-in: where it was accepted; since when it counts if it was found in the provider's list; whether it answers the question for YES. */
type OptIn = { readonly position: string; readonly countsFrom: number | null; readonly isAnswer: boolean };

/**
 * What the keywords of an address lead to, whichever of them is handled first: their order is the one in which they were
 * accepted, so an opt-in that was accepted before an opt-out never undoes it.
 */
export type KeywordState = {
  /** Position of the newest opt-out, and the latest time of any. */
  readonly optOut: OptOut | null;
  /** Opt-ins that no known opt-out undoes. */
  readonly optIns: readonly OptIn[];
};

export const noKeywords: KeywordState = { optOut: null, optIns: [] };

/**
 * Whether an opt-in stands after an opt-out. One that was found late, in the provider's list, counts from the time at which
 * it was sent, so an opt-out of that time or later undoes it, although we accepted the opt-in after it.
 */
export const survives = ({ position, countsFrom }: OptIn, optOut: OptOut): boolean =>
  position > optOut.position && (countsFrom === null || countsFrom > optOut.at);

/** A YES answers a question that would not have been asked after an opt-out, so every opt-out undoes it. */
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

/** Whatever undoes one opt-in undoes the other of its kind too: only one is kept, so the list stays short. */
const outdoes = (one: OptIn, other: OptIn): boolean =>
  one.isAnswer === other.isAnswer &&
  one.position >= other.position &&
  (one.countsFrom ?? Infinity) >= (other.countsFrom ?? Infinity);
