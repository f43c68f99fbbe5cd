import type { Position } from '@app/kernel';
import type { Work } from '../ports/leadership.js';

type State = 'waiting' | 'working' | 'ending' | 'ended';

export type Asked = {
  readonly name: string;
  readonly work: Work;
  readonly signal: AbortSignal;
  readonly isStandby: boolean;
};

/** One call of `lead`: waits for the lease, works while it holds it, and waits again when it has to give it back. */
export class Candidate {
  readonly name: string;
  readonly isStandby: boolean;
  /** The lease as this process has set it, until the work has ended; another process may have taken it since. */
  lease: Position | null = null;
  takenAt = 0;
  private current: State = 'waiting';
  private hasReturned = false;
  private failure: { readonly error: unknown } | null = null;
  private working = new AbortController();
  private readonly answer = Promise.withResolvers<void>();

  /** @param onEnded called when it has ended, see {@link Candidate.waitAgain} and {@link Candidate.settle} */
  constructor(
    private readonly asked: Asked,
    private readonly onEnded: () => void,
  ) {
    this.name = asked.name;
    this.isStandby = asked.isStandby;
    asked.signal.addEventListener('abort', this.stop);
  }

  get state(): State {
    return this.current;
  }

  /** Whether it works or wants to. */
  get isActive(): boolean {
    return !this.hasReturned && !this.failure && !this.asked.signal.aborted;
  }

  get done(): Promise<void> {
    return this.answer.promise;
  }

  start(lease: Position): void {
    this.lease = lease;
    this.current = 'working';
    this.takenAt = performance.now();
    this.working = new AbortController();
    void this.run(this.working.signal);
  }

  /** Ends the work, or the wait. */
  readonly stop = (): void => {
    if (this.current === 'waiting') return this.end();
    if (this.current !== 'working') return;
    this.current = 'ending';
    this.working.abort();
  };

  /** Ends the wait. */
  fail(error: unknown): void {
    this.failure = { error };
    this.stop();
  }

  /** After the end. @returns false when it does not want to work any more */
  waitAgain(): boolean {
    if (!this.isActive) return false;
    this.lease = null;
    this.current = 'waiting';
    return true;
  }

  /** After the end: the call of `lead` returns. */
  settle(): void {
    this.asked.signal.removeEventListener('abort', this.stop);
    if (this.failure) this.answer.reject(this.failure.error);
    else this.answer.resolve();
  }

  private async run(signal: AbortSignal): Promise<void> {
    try {
      await this.asked.work(signal);
      this.hasReturned = !signal.aborted;
    } catch (error) {
      this.failure = { error };
    }
    this.end();
  }

  private end(): void {
    this.current = 'ended';
    this.onEnded();
  }
}
