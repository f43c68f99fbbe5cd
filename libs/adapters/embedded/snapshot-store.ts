import { SnapshotStore } from '@app/eventing';
import type { Database } from './sqlite.js';

/** Snapshots in a file of their own: a thread that handles commands never waits for one that writes read models. */
export class EmbeddedSnapshotStore extends SnapshotStore {
  constructor(private readonly db: Database) {
    super();
    db.exec('CREATE TABLE IF NOT EXISTS snapshots (stream TEXT PRIMARY KEY, content TEXT NOT NULL)');
  }

  async get(stream: string): Promise<string | null> {
    const row = this.db.one<{ content: string }>('SELECT content FROM snapshots WHERE stream = ?', stream);
    return row?.content ?? null;
  }

  async put(stream: string, snapshot: string): Promise<void> {
    this.db.run('INSERT OR REPLACE INTO snapshots VALUES (?, ?)', stream, snapshot);
  }
}
