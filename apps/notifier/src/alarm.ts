/** Lets a loop wait for a time or for a call, whichever comes first. Between two waits it holds nothing. */
export class Alarm {
  private ring: (() => void) | null = null;
  private hasRung = false;

  /** Ends the wait, or the next one at once where nothing waits: a call in between is not lost. */
  wake(): void {
    this.hasRung = true;
    this.ring?.();
  }

  /** For one waiting loop at a time. */
  async wait(ms: number): Promise<void> {
    if (!this.hasRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.ring = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.ring = null;
    this.hasRung = false;
  }
}
