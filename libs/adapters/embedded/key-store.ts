import { KeyStore, type KeyChange } from '@app/eventing';
import { GroupCommit, type Outcome } from './group-commit.js';
import { FileBusy, type Database } from './sqlite.js';

type KeyRow = { readonly subject: string; readonly wrapped: Uint8Array | null };
type Offer = { readonly subject: string; readonly wrapped: Uint8Array };

const SCAN = 500;

/** Keys in a separate file. The bytes of a destroyed key are overwritten in place, and its subject stays. */
export class EmbeddedKeyStore extends KeyStore {
  readonly #offered: GroupCommit<Offer, Uint8Array | null>;
  readonly #listeners = new Set<(subject: string) => void>();

  constructor(private readonly db: Database) {
    super();
    db.exec(`PRAGMA secure_delete = ON;
      CREATE TABLE IF NOT EXISTS keys (subject TEXT NOT NULL PRIMARY KEY, wrapped BLOB)`);
    this.#offered = new GroupCommit((offers) => this.#addAll(offers));
  }

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | null>> {
    const rows = this.db.all<KeyRow>(
      'SELECT subject, wrapped FROM keys WHERE subject IN (SELECT value FROM json_each(?))',
      JSON.stringify(subjects),
    );
    return new Map(rows.map(({ subject, wrapped }) => [subject, wrapped]));
  }

  add(subject: string, wrapped: Uint8Array): Promise<Uint8Array | null> {
    return this.#offered.add({ subject, wrapped });
  }

  async replace(changes: readonly KeyChange[]): Promise<void> {
    this.db.transaction(() => {
      for (const { subject, before, after } of changes)
        this.db.run('UPDATE keys SET wrapped = ? WHERE subject = ? AND wrapped = ?', after, subject, before);
    });
  }

  async destroy(subject: string): Promise<void> {
    this.db.transaction(() =>
      this.db.run('INSERT INTO keys VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET wrapped = NULL', subject),
    );
    for (const listener of this.#listeners) listener(subject);
    // Until the log is emptied it still holds the original key.
    if (!this.db.truncateLog()) throw new FileBusy();
  }

  /** Calls the listener with each subject whose key is destroyed here. @returns a function that ends it */
  onDestroyed(listener: (subject: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async *all(): AsyncIterable<readonly [string, Uint8Array | null]> {
    for (let last = ''; ;) {
      const rows = this.db.all<KeyRow>(
        `SELECT subject, wrapped FROM keys WHERE subject > ? ORDER BY subject LIMIT ${SCAN}`,
        last,
      );
      for (const { subject, wrapped } of rows) yield [subject, wrapped];
      const end = rows.at(-1);
      if (!end) return;
      last = end.subject;
    }
  }

  /** Stores pending keys, and accepts no more. */
  close(): void {
    this.#offered.close();
  }

  #addAll(offers: readonly Offer[]): Outcome<Uint8Array | null>[] {
    return this.db.transaction(() =>
      offers.map(({ subject, wrapped }) => {
        this.db.run('INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING', subject, wrapped);
        return {
          answer: this.db.first<KeyRow>('SELECT subject, wrapped FROM keys WHERE subject = ?', subject).wrapped,
        };
      }),
    );
  }
}
