/** The true value lies between these two, in ms. */
export type Bounds = { readonly least: number; readonly most: number };

/** The clock of an engine that may run on another machine. */
export abstract class EngineClock {
  /** Name of the engine, for people. */
  abstract readonly engine: string;
  /**
   * What the engine's clock (ms since 1970) showed when the steady clock of this process (`performance.now()`) showed zero.
   * The engine read its clock at some moment between question and answer: a slow answer gives wide bounds and no wrong ones.
   * `null` when nothing is known. This machine's own clock plays no part in it.
   * @throws EngineUnavailable
   */
  abstract atZero(): Promise<Bounds | null>;
}
