import { CheckpointMoved, Checkpoints, type StoredCheckpoint } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { GroupedWrites } from './grouped-writes.js';
import type { Database } from './sqlite.js';

type Waiter = { readonly position: Position; end(reached: boolean): void };

/** Checkpoints, and the waiters for them. */
export class EmbeddedCheckpoints extends Checkpoints {
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #listeners = new Set<(name: string, to: Position) => void>();

  constructor(
    private readonly db: Database,
    private readonly writes: GroupedWrites,
  ) {
    super();
    db.exec('CREATE TABLE IF NOT EXISTS checkpoints (name TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID');
  }

  async get(name: string): Promise<Position | null> {
    return this.#stored(name);
  }

  /** A copy that is being built has no checkpoint until it replaces the live one. */
  async all(): Promise<readonly StoredCheckpoint[]> {
    return this.db.all<StoredCheckpoint>(
      `SELECT name, position AS checkpoint, iif(name IN (SELECT name FROM models), 'model', 'follower') AS "of" FROM checkpoints`,
    );
  }

  async set(name: string, from: Position | null, to: Position | null): Promise<void> {
    await this.writes.add(() => (to === null ? this.#remove(name, from) : this.move(name, from, to)));
    if (to !== null) this.moved(name, to);
  }

  async waitFor(name: string, position: Position, timeoutMs: number): Promise<boolean> {
    const stored = this.#stored(name);
    if (stored !== null && stored >= position) return true;
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        end: (reached) => {
          clearTimeout(timer);
          waiters.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(waiter.end, timeoutMs, false);
      waiters.add(waiter);
    });
  }

  /**
   * Compare-and-set inside the transaction of the caller, who calls `moved` after its commit. @throws CheckpointMoved
   */
  move(name: string, from: Position | null, to: Position): void {
    const changes =
      from === null
        ? this.db.run('INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT DO NOTHING', name, to)
        : this.db.run('UPDATE checkpoints SET position = ? WHERE name = ? AND position = ?', to, name, from);
    if (changes === 0) throw new CheckpointMoved(name);
  }

  /** Sets a checkpoint regardless of its value, inside the transaction of the caller. */
  replace(name: string, to: Position | null): void {
    this.db.run('DELETE FROM checkpoints WHERE name = ?', name);
    if (to !== null) this.move(name, null, to);
  }

  /** Calls the listener with each checkpoint that is moved here. */
  onMoved(listener: (name: string, to: Position) => void): void {
    this.#listeners.add(listener);
  }

  /** Wakes the waiters for this checkpoint. */
  moved(name: string, to: Position): void {
    for (const listener of this.#listeners) listener(name, to);
    for (const waiter of [...(this.#waiters.get(name) ?? [])]) if (waiter.position <= to) waiter.end(true);
  }

  /** Ends all waits. */
  close(): void {
    for (const waiters of this.#waiters.values()) for (const waiter of [...waiters]) waiter.end(false);
  }

  #remove(name: string, from: Position | null): void {
    if (
      from === null
        ? this.#stored(name) !== null
        : this.db.run('DELETE FROM checkpoints WHERE name = ? AND position = ?', name, from) === 0
    )
      throw new CheckpointMoved(name);
  }

  #stored(name: string): Position | null {
    const row = this.db.one<{ position: Position }>('SELECT position FROM checkpoints WHERE name = ?', name);
    return row?.position ?? null;
  }
}
