/** The true value lies between these two, in ms. */
export type Bounds = { readonly least: number; readonly most: number };

/** The clock of an engine that may run on another machine. */
export abstract class EngineClock {
  /** Name of the engine, for people. */
  abstract readonly engine: string;
  /**
   * What the engine's clock (ms since 1970) showed when the monotonic clock of this process (`performance.now()`)
   * showed zero. The engine read its clock at some moment between request and response: a slow response gives wide
   * bounds, but correct ones. `null` when nothing is known. This machine's own clock is not used.
   * @throws EngineUnavailable
   */
  abstract atZero(): Promise<Bounds | null>;
}
