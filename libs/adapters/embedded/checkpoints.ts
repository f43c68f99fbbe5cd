import { CheckpointMoved, Checkpoints, PassedCheckpoints, type Move, type StoredCheckpoint } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { GroupedWrites } from './grouped-writes.js';
import type { Database } from './sqlite.js';

/** Waiters in both threads know at once, so only what a kill may lose grows with this time. */
const PASSED_STORED_AFTER_MS = 1_000;

type Waiter = { readonly position: Position; end(reached: boolean): void };

/** Whether a checkpoint is that of a model or of one of its parts, such as `inbox 3/8`. */
const BELONGS = `checkpoints.name = models.name OR checkpoints.name GLOB models.name || ' [0-9]*/[0-9]*'`;

/** Checkpoints, and the waiters for them. */
export class EmbeddedCheckpoints extends Checkpoints {
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #listeners = new Set<(name: string, to: Position) => void>();
  /** Positions that followers have passed, here or in the other thread, and that may not be stored yet. */
  readonly #known = new Map<string, Position>();
  readonly #passed = new PassedCheckpoints((moves) => this.#store(moves), PASSED_STORED_AFTER_MS);

  constructor(
    private readonly db: Database,
    private readonly writes: GroupedWrites,
  ) {
    super();
    db.exec('CREATE TABLE IF NOT EXISTS checkpoints (name TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID');
  }

  async get(name: string): Promise<Position | null> {
    return (await this.#passed.get(name)) ?? this.#stored(name);
  }

  async reached(name: string): Promise<Position | null> {
    return this.#known.get(name) ?? this.#stored(name);
  }

  pass(name: string, from: Position | null, to: Position, onLost?: () => void): void {
    this.#passed.pass(name, from, to, onLost);
    this.moved(name, to);
  }

  /** See {@link PassedCheckpoints.settle}. */
  settle(name: string, from: Position | null): Promise<Position | null> {
    return this.#passed.settle(name, from);
  }

  /** A copy that is being built has no checkpoint until it replaces the live one. */
  async all(prefix?: string): Promise<readonly StoredCheckpoint[]> {
    if (prefix !== undefined)
      return this.db.all<StoredCheckpoint>(
        `SELECT name, position AS checkpoint, 'follower' AS "of" FROM checkpoints
         WHERE name >= ? AND name < ? AND NOT EXISTS (SELECT 1 FROM models WHERE ${BELONGS})`,
        prefix,
        `${prefix}\u{10ffff}`,
      );
    await this.#passed.flush();
    return this.db.all<StoredCheckpoint>(
      `SELECT name, position AS checkpoint,
        iif(EXISTS (SELECT 1 FROM models WHERE ${BELONGS}), 'model', 'follower') AS "of" FROM checkpoints`,
    );
  }

  async set(name: string, from: Position | null, to: Position | null): Promise<void> {
    const stored = await this.#passed.settle(name, from);
    await this.writes.add(() => (to === null ? this.#remove(name, stored) : this.move(name, stored, to)));
    if (to === null) this.#known.delete(name);
    if (to !== null) this.moved(name, to);
  }

  async waitFor(name: string, position: Position, timeoutMs: number): Promise<boolean> {
    if ((this.#known.get(name) ?? this.#stored(name) ?? '') >= position) return true;
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

  /**
   * Replaces the checkpoints of all parts of a model, regardless of their values, inside the transaction of the caller.
   */
  replace(model: string, names: readonly string[], to: Position | null): void {
    this.db.run(
      `DELETE FROM checkpoints WHERE name IN (SELECT checkpoints.name FROM checkpoints, models WHERE models.name = ? AND (${BELONGS}))`,
      model,
    );
    this.#passed.forget(names);
    if (to !== null) for (const name of names) this.move(name, null, to);
    this.#known.clear();
  }

  /** Calls the listener with each checkpoint that is moved here. */
  onMoved(listener: (name: string, to: Position) => void): void {
    this.#listeners.add(listener);
  }

  /** Wakes the waiters for this checkpoint. */
  moved(name: string, to: Position): void {
    this.#known.set(name, to);
    for (const listener of this.#listeners) listener(name, to);
    for (const waiter of [...(this.#waiters.get(name) ?? [])]) if (waiter.position <= to) waiter.end(true);
  }

  /** Stores what is not stored yet, and ends all waits. */
  async close(): Promise<void> {
    await this.#passed.close();
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

  async #store(moves: readonly Move[]): Promise<readonly string[]> {
    const lost: string[] = [];
    await this.writes.add(() => {
      for (const { name, from, to } of moves)
        try {
          this.move(name, from, to);
        } catch (error) {
          if (!(error instanceof CheckpointMoved)) throw error;
          lost.push(name);
        }
    });
    return lost;
  }

  #stored(name: string): Position | null {
    const row = this.db.one<{ position: Position }>('SELECT position FROM checkpoints WHERE name = ?', name);
    return row?.position ?? null;
  }
}
