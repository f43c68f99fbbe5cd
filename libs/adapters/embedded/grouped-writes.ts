import { GroupCommit, type Outcome } from './group-commit.js';
import type { Database } from './sqlite.js';

type Write = { readonly work: () => void; readonly durable: boolean };

/** Writes to one file in the same turn share a transaction; each is applied or rolled back separately. */
export class GroupedWrites {
  readonly #group: GroupCommit<Write, void>;

  constructor(private readonly db: Database) {
    this.#group = new GroupCommit((writes) =>
      db.transaction(() => writes.map(({ work }) => this.#one(work)), {
        durable: writes.some(({ durable }) => durable),
      }),
    );
  }

  /** Resolves after the commit, and after a flush if the write requires one; rejects with the error of `work`. */
  add(work: () => void, { durable = false } = {}): Promise<void> {
    return this.#group.add({ work, durable });
  }

  /** Commits pending writes and accepts no more. */
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
