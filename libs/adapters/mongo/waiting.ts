import { Wakeup } from '@app/eventing';
import type { Position } from '@app/kernel';

type Waiter = {
  readonly name: string;
  readonly position: Position;
  readonly deadline: number;
  /** Starts at the first poll, so a caller with a time of zero still gets a result. */
  timer: NodeJS.Timeout | undefined;
  readonly end: (reached: boolean) => void;
  readonly fail: (error: unknown) => void;
};

type Read = (names: readonly string[]) => Promise<ReadonlyMap<string, Position>>;

const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** This process's waiters for checkpoints that any process may move. One poll at a time serves all of them. */
export class Waiting {
  readonly #waiters = new Set<Waiter>();
  readonly #arrivals = new Wakeup();
  #looking: Promise<void> | undefined;
  #pause = SHORTEST_PAUSE_MS;
  #closed = false;

  constructor(private readonly read: Read) {}

  /** Rejects when a poll does. */
  until(name: string, position: Position, timeoutMs: number): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(waiter.timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        name,
        position,
        deadline: performance.now() + timeoutMs,
        timer: undefined,
        end: (reached) => (leave(), resolve(reached)),
        fail: (error) => (leave(), reject(error)),
      };
      this.#waiters.add(waiter);
      this.#pause = SHORTEST_PAUSE_MS;
      this.#arrivals.wake();
      this.#looking ??= this.#look();
    });
  }

  moved(name: string, to: Position): void {
    for (const waiter of [...this.#waiters]) if (waiter.name === name && waiter.position <= to) waiter.end(true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) waiter.end(false);
    this.#arrivals.wake();
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (this.#waiters.size > 0) {
      const waiters = [...this.#waiters];
      const { calls } = this.#arrivals;
      try {
        const checkpoints = await this.read([...new Set(waiters.map(({ name }) => name))]);
        // Some were notified meanwhile of a move by this process.
        tell(
          waiters.filter((waiter) => this.#waiters.has(waiter)),
          checkpoints,
        );
      } catch (error) {
        for (const waiter of waiters) waiter.fail(error);
      }
      if (this.#waiters.size > 0 && calls === this.#arrivals.calls) await this.#rest();
    }
    this.#looking = undefined;
  }

  async #rest(): Promise<void> {
    const pause = this.#pause;
    this.#pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    await this.#arrivals.wait({ ms: pause });
  }
}

function tell(waiters: readonly Waiter[], checkpoints: ReadonlyMap<string, Position>): void {
  for (const waiter of waiters) {
    const checkpoint = checkpoints.get(waiter.name);
    if (checkpoint !== undefined && checkpoint >= waiter.position) waiter.end(true);
    else waiter.timer ??= setTimeout(waiter.end, Math.max(0, waiter.deadline - performance.now()), false);
  }
}
