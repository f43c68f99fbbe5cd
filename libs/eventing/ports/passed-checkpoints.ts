import type { Position } from '@app/kernel';
import { CheckpointMoved } from './read-model-store.js';

export type Move = { readonly name: string; readonly from: Position | null; readonly to: Position };

/** Pause before those that could not be stored are stored again. */
const RETRY_MS = 1_000;

/**
 * Checkpoints of followers that had nothing to do, stored together after a delay: most events concern few followers.
 */
export class PassedCheckpoints {
  #passed = new Map<string, Move>();
  /** To tell the followers that have passed any. */
  readonly #onLost = new Map<string, () => void>();
  /** Moved meanwhile by another worker, which their followers must learn. */
  readonly #lost = new Set<string>();
  /** After one there may be the next at once, so whoever waits for its end looks again. */
  #storing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param store stores those that are at `from`, and returns the names of the others */
  constructor(
    private readonly store: (moves: readonly Move[]) => Promise<readonly string[]>,
    private readonly delayMs: number,
  ) {}

  /**
   * @param onLost called when another worker turns out to have moved it
   * @throws CheckpointMoved when that is known
   */
  pass(name: string, from: Position | null, to: Position, onLost: () => void = () => undefined): void {
    const before = this.#passed.get(name);
    if (this.#lost.delete(name) || (before && before.to !== from)) throw new CheckpointMoved(name);
    this.#passed.set(name, { name, from: before ? before.from : from, to });
    this.#onLost.set(name, onLost);
    this.#flushIn(this.delayMs);
  }

  /** Where a checkpoint is, if it is not stored yet: for a follower that starts. */
  async get(name: string): Promise<Position | undefined> {
    while (this.#storing) await this.#storing.catch(() => undefined);
    this.#lost.delete(name);
    return this.#passed.get(name)?.to;
  }

  /**
   * Before a follower at `from` moves its checkpoint itself. @returns where the stored one is
   * @throws CheckpointMoved
   */
  async settle(name: string, from: Position | null): Promise<Position | null> {
    while (this.#storing) await this.#storing.catch(() => undefined);
    const passed = this.#passed.get(name);
    this.#passed.delete(name);
    if (this.#lost.delete(name)) throw new CheckpointMoved(name);
    return passed && passed.to === from ? passed.from : from;
  }

  /** Drops what is not stored: somebody else decides where these checkpoints are, and their followers start again. */
  forget(names: readonly string[]): void {
    for (const name of names) {
      this.#passed.delete(name);
      this.#onLost.get(name)?.();
    }
  }

  /** Stores them now. */
  async flush(): Promise<void> {
    while (this.#storing) await this.#storing.catch(() => undefined);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#passed.size > 0) this.#storing = this.#store();
    await this.#storing;
  }

  /** Stores them, unless that fails: a kill may lose them too. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush().catch(() => undefined);
  }

  #flushIn(ms: number): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), ms).unref();
  }

  async #store(): Promise<void> {
    const moves = [...this.#passed.values()];
    this.#passed = new Map();
    try {
      for (const name of await this.store(moves)) {
        this.#passed.delete(name);
        this.#lost.add(name);
        this.#onLost.get(name)?.();
      }
    } catch (error) {
      // Not left to the next pass: waiters in other processes wait for them, and there may be no event for long. Their
      // followers may have passed more meanwhile. If they were stored and only the response was lost, they count as lost.
      for (const move of moves)
        this.#passed.set(move.name, { ...move, to: this.#passed.get(move.name)?.to ?? move.to });
      this.#flushIn(RETRY_MS);
      throw error;
    } finally {
      this.#storing = null;
    }
  }
}
