import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { TemporaryFailure } from '@app/eventing';

export type Value = SQLInputValue;

export type DatabaseOptions = {
  /**
   * FULL: a commit is on disk when it returns. NORMAL: a power cut may restore an earlier, consistent state of the
   * file.
   */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** Emulates a slower disk after each durable commit; for benchmarks. */
  readonly flushDelayMs?: number | undefined;
};

/**
 * Length of the log, in pages of 4 KiB, at which it is copied into the file: just below the limit of its size. The same
 * pages are written repeatedly, and with a longer log each is copied less often.
 */
const LOG_PAGES = 16_000;

/** One SQLite file: prepared statements cached by their text, transactions, and the pragmas common to all files. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #options: DatabaseOptions;

  constructor(path: string, options: DatabaseOptions) {
    this.#options = options;
    this.#db = new DatabaseSync(path, { timeout: 2_000 });
    // Mapped memory: reading pages of a list that is larger than the cache needs no system call for each.
    const mapped = options.synchronous === 'NORMAL' ? 2 ** 30 : 0;
    this
      .exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.synchronous}; PRAGMA cache_size = -32000; PRAGMA mmap_size = ${mapped};
      PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY`);
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#prepared(sql).all(...values) as unknown as Row[];
  }

  one<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#prepared(sql).get(...values) as unknown as Row | undefined;
  }

  /** For statements that always return a row. */
  first<Row>(sql: string, ...values: Value[]): Row {
    const row = this.one<Row>(sql, ...values);
    if (!row) throw new Error(`No row: ${sql}`);
    return row;
  }

  /** Number of rows changed. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** For pragmas and table definitions; the text may hold several statements. */
  exec(sql: string): void {
    // Tables may be created and dropped here; cached statements of dropped ones would pile up.
    this.#statements.clear();
    this.#db.exec(sql);
  }

  /** All or nothing. `durable` requests a flush if the file's mode does not. @throws FileBusy */
  transaction<T>(work: () => T, { durable = false } = {}): T {
    const raise = durable && this.#options.synchronous === 'NORMAL';
    if (raise) this.run('PRAGMA synchronous = FULL');
    try {
      const result = this.#commit(work);
      if (durable || this.#options.synchronous === 'FULL') this.#delay();
      return result;
    } finally {
      if (raise) this.run('PRAGMA synchronous = NORMAL');
    }
  }

  /** Copies the log into the file and empties it; false while another process reads from it. */
  truncateLog(): boolean {
    return this.first<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').busy === 0;
  }

  close(): void {
    this.truncateLog();
    this.#statements.clear();
    this.#db.close();
  }

  #commit<T>(work: () => T): T {
    this.#begin();
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      // SQLite itself rolls back after some errors, such as a full disk.
      if (this.#db.isTransaction) this.run('ROLLBACK');
      throw error;
    }
  }

  #begin(): void {
    try {
      this.run('BEGIN IMMEDIATE');
    } catch (error) {
      throw isBusy(error) ? new FileBusy() : error;
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #delay(): void {
    const delay = this.#options.flushDelayMs ?? 0;
    if (delay > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay);
  }
}

/**
 * Locks a file for this process; the operating system releases it whenever the process ends. Opening and closing the
 * file in another way in this process would release it too.
 */
export class FileLock {
  readonly #db: DatabaseSync;

  /** @throws FileTaken */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 0 });
    try {
      this.#db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#db.close();
      if (isBusy(error)) throw new FileTaken();
      throw error;
    }
    held.add(this);
  }

  release(): void {
    held.delete(this);
    this.#db.close();
  }
}

export class FileTaken extends Error {}

/** Another thread or process has used a file for longer than a write waits. */
export class FileBusy extends TemporaryFailure {
  override readonly name = 'FileBusy';
  constructor() {
    super('A file of the data folder is in use; try again');
  }
}

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean => (error as { readonly errcode?: number }).errcode === SQLITE_BUSY;

/** Keeps a reference: garbage collection of the lock would release it. */
const held = new Set<FileLock>();
