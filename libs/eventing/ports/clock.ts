/** The time used for decisions about sending. Compare its numbers, never formatted times. */
export abstract class Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  abstract now(): number;
}

/** The clock of this machine. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
