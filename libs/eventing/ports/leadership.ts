export type Work = (signal: AbortSignal) => Promise<void>;

export type LeadOptions = {
  /** Does the work only while no process asks for it without this option. */
  readonly isStandby?: boolean;
};

/** Lets one process at a time do a piece of work, and shares the pieces evenly among the processes that ask for them. */
export abstract class Leadership {
  /**
   * Waits until this process may do the work of this name, then does it. The work's signal aborts when the outer one
   * does, or when another process is to do the work; then this waits again. Resolves when the signal aborts, after the
   * work has ended; rejects when the work does, or when the leases cannot be read for long.
   */
  abstract lead(name: string, work: Work, signal: AbortSignal, options?: LeadOptions): Promise<void>;
}

/** For engines that belong to one process, which therefore has no standby. */
export class SoleProcess extends Leadership {
  lead(_name: string, work: Work, signal: AbortSignal): Promise<void> {
    return work(signal);
  }
}
