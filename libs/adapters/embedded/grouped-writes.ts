import { GroupCommit, type Outcome } from './group-commit.js';
import type { Database } from './sqlite.js';

type Write = { readonly work: () => void; readonly durable: boolean };

/** Writes of the same turn to one file share a transaction; each is done or undone by itself. */
export class GroupedWrites {
  readonly #group: GroupCommit<Write, void>;

  constructor(private readonly db: Database) {
    this.#group = new GroupCommit((writes) =>
      db.transaction(() => writes.map(({ work }) => this.#one(work)), {
        durable: writes.some(({ durable }) => durable),
      }),
    );
  }

  /** Resolves after the commit, and after a flush where the write asks for one; rejects with what `work` throws. */
  add(work: () => void, { durable = false } = {}): Promise<void> {
    return this.#group.add({ work, durable });
  }

  /** Commits what waits and takes nothing more. */
  close(): void {
    this.#group.close();
  }

  #one(work: () => void): Outcome<void> {
    this.db.run('SAVEPOINT one');
    try {
      work();
      this.db.run('RELEASE one');
      return { answer: undefined };
    } catch (error) {
      this.db.run('ROLLBACK TO one');
      this.db.run('RELEASE one');
      return { error };
    }
  }
}
