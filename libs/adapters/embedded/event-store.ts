import type { AppendResult, ExpectedRevision, RecordedStoredEvent, StoredEvent } from '@app/eventing';
import { FileEventStore } from './file-event-store.js';
import { GroupCommit } from './group-commit.js';
import { RecordWriter, toAppend, type Append } from './record-writer.js';
import type { Database } from './sqlite.js';

/** The event store in one file, written by this thread only. */
export class EmbeddedEventStore extends FileEventStore {
  readonly #writer: RecordWriter;
  readonly #appends: GroupCommit<Append, AppendResult>;
  readonly #listeners = new Set<(last: number) => void>();

  constructor(private readonly db: Database) {
    super(db);
    this.#writer = new RecordWriter(db);
    this.#appends = new GroupCommit((appends) => this.#commit(appends));
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult> {
    return this.add(toAppend(stream, expected, events));
  }

  /** Appends checked events. */
  add(append: Append): Promise<AppendResult> {
    return this.#appends.add(append);
  }

  override async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    // Usually there are none: a writer asks for events after the revision it knows, or for a stream it will create.
    return this.#writer.isBeyond(stream, from) ? [] : super.read(stream, from, limit);
  }

  /** Calls the listener with the row of the last event, now and after each commit. @returns a function that ends it */
  onCommit(listener: (last: number) => void): () => void {
    this.#listeners.add(listener);
    listener(this.last);
    return () => void this.#listeners.delete(listener);
  }

  /** Commits pending appends and ends the subscriptions. */
  override close(): void {
    this.#appends.close();
    super.close();
  }

  protected override get last(): number {
    return this.#writer.last;
  }

  #commit(appends: readonly Append[]) {
    try {
      const outcomes = this.db.transaction(() => appends.map((append) => this.#writer.append(append)));
      this.committed();
      for (const listener of this.#listeners) listener(this.last);
      return outcomes;
    } catch (error) {
      this.#writer.reload();
      throw error;
    }
  }
}
