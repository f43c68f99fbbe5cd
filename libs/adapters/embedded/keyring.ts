import { randomBytes } from 'node:crypto';
import { KeyDestroyed, KeyDiffers, Keyring } from '@app/eventing';
import { GroupCommit, type Outcome } from './group-commit.js';
import { Recent } from './recent.js';
import type { Database } from './sqlite.js';

type KeyRow = { readonly subject: string; readonly key: Uint8Array; readonly destroyed: number };

const KEY_BYTES = 32;
const KEYS_IN_MEMORY = 10_000;
const SCAN = 500;

/** Keys in a file of their own. A destroyed key is overwritten where it lay and its subject stays marked. */
export class EmbeddedKeyring extends Keyring {
  readonly #recent = new Recent<string, Uint8Array>(KEYS_IN_MEMORY);
  readonly #wanted: GroupCommit<string, Uint8Array>;

  constructor(private readonly db: Database) {
    super();
    db.exec(`PRAGMA secure_delete = ON;
      CREATE TABLE IF NOT EXISTS keys (
        subject TEXT NOT NULL PRIMARY KEY, key BLOB NOT NULL, destroyed INTEGER NOT NULL DEFAULT 0)`);
    this.#wanted = new GroupCommit((subjects) => this.#ensureAll(subjects));
  }

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const keys = new Map<string, Uint8Array>();
    for (const subject of subjects) {
      const key = this.#recent.get(subject);
      if (key) keys.set(subject, key);
    }
    const unknown = subjects.filter((subject) => !keys.has(subject));
    if (unknown.length === 0) return keys;
    const rows = this.db.all<KeyRow>(
      'SELECT subject, key FROM keys WHERE destroyed = 0 AND subject IN (SELECT value FROM json_each(?))',
      JSON.stringify(unknown),
    );
    for (const { subject, key } of rows) {
      this.#recent.set(subject, key);
      keys.set(subject, key);
    }
    return keys;
  }

  async ensure(subject: string): Promise<Uint8Array> {
    return this.#recent.get(subject) ?? this.#wanted.add(subject);
  }

  async destroy(subject: string): Promise<void> {
    this.#recent.delete(subject);
    const nothing = new Uint8Array(KEY_BYTES);
    this.db.run(
      `INSERT INTO keys VALUES (?, ?, 1) ON CONFLICT (subject) DO UPDATE SET key = excluded.key, destroyed = 1`,
      subject, nothing,
    );
    // Until it is emptied the log still holds the key as it was written.
    if (!this.db.truncateLog()) throw new Error('The keys are being read by another process; destroy the key again');
  }

  async *all(): AsyncIterable<readonly [string, Uint8Array | null]> {
    for (let last = ''; ; ) {
      const rows = this.db.all<KeyRow>(`SELECT subject, key, destroyed FROM keys WHERE subject > ? ORDER BY subject LIMIT ${SCAN}`, last);
      for (const { subject, key, destroyed } of rows) yield [subject, destroyed ? null : key];
      const end = rows.at(-1);
      if (!end) return;
      last = end.subject;
    }
  }

  async adopt(subject: string, key: Uint8Array): Promise<void> {
    this.db.run('INSERT INTO keys (subject, key) VALUES (?, ?) ON CONFLICT DO NOTHING', subject, key);
    const stored = (await this.get([subject])).get(subject);
    if (!stored || !Buffer.from(stored).equals(key)) throw new KeyDiffers(subject);
  }

  /** Makes the keys that wait; nothing more afterwards. */
  close(): void {
    this.#wanted.close();
  }

  #ensureAll(subjects: readonly string[]): Outcome<Uint8Array>[] {
    const outcomes = this.db.transaction(() => subjects.map((subject) => this.#ensureOne(subject)));
    outcomes.forEach((outcome, index) => {
      const subject = subjects[index];
      if (subject !== undefined && 'answer' in outcome) this.#recent.set(subject, outcome.answer);
    });
    return outcomes;
  }

  #ensureOne(subject: string): Outcome<Uint8Array> {
    const row = this.db.one<KeyRow>('SELECT subject, key, destroyed FROM keys WHERE subject = ?', subject);
    if (row) return row.destroyed ? { error: new KeyDestroyed(subject) } : { answer: row.key };
    const key = new Uint8Array(randomBytes(KEY_BYTES));
    this.db.run('INSERT INTO keys (subject, key) VALUES (?, ?)', subject, key);
    return { answer: key };
  }
}
