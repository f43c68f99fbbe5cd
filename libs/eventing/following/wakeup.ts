/** What ends a wait besides a call; without any of them the wait may last forever. */
type Wait = {
  /** An earlier value of {@link Wakeup.calls}; a call since then ends the wait at once. */
  readonly since?: number;
  readonly ms?: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Lets loops wait for a call. A loop that awaits something between its check for work and its wait reads `calls` before
 * the check and passes it to `wait`, so that no call is lost.
 */
export class Wakeup {
  readonly #waiting = new Set<() => void>();
  #calls = 0;

  get calls(): number {
    return this.#calls;
  }

  /** Wakes all waiters. */
  wake(): void {
    this.#calls += 1;
    for (const done of [...this.#waiting]) done();
  }

  /** Ends at a call, when the time is over or when the signal aborts; leaves no timer and no listener. */
  wait({ since = this.#calls, ms, signal }: Wait): Promise<void> {
    if (since !== this.#calls || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(done, ms);
      signal?.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }
}
