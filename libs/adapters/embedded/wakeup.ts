/** Wakes everyone who waits. A wait also ends when its signal aborts: look at the signal afterwards. */
export class Wakeup {
  readonly #waiting = new Set<() => void>();

  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  wakeAll(): void {
    for (const done of [...this.#waiting]) done();
  }
}
