import type { Clock } from '../ports/clock.js';
import type { Page, PageRequest, ReadModelStore } from '../ports/read-model-store.js';
import type { DueRow, DueWork, OnFailure } from './due-work.js';

/** Maximum number of documents in one turn. */
const BATCH = 100;
/** Maximum number of documents that are cached between two turns. */
const MOST_ANNOUNCED = 1_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * The due work of one program. Each document is read once when it comes due: events announce later writes, and later
 * due times are not read yet. After a failure everything due is read again after a pause.
 */
export class ProgramSchedule<Row extends DueRow> {
  /** Documents due up to this time (ISO 8601) were read. */
  private readUpTo: string;
  /** A reading that is not finished. */
  private unread: { readonly above: string; readonly upTo: string; readonly after?: string } | null = null;
  /** When the next reading is due, in ms. */
  private readAt = Infinity;
  /** Announced documents that are due, by id. */
  private readonly announced = new Map<string, Row>();
  private failures = 0;
  /** When failed work is retried, in ms. */
  private retryAt = Infinity;

  /** An empty schedule that only collects announced documents, until {@link readSince}. */
  constructor(
    private readonly programId: string,
    private readonly work: DueWork<Row>,
    private readonly onFailure: OnFailure<Row>,
    private readonly readModels: ReadModelStore,
    private readonly clock: Clock,
  ) {
    this.readUpTo = iso(clock.now());
  }

  get isIdle(): boolean {
    return this.nextAt === Infinity;
  }

  /** When the next work or reading is due, in ms. */
  get nextAt(): number {
    return this.announced.size > 0 ? 0 : Math.min(this.readAt, this.retryAt);
  }

  /** Reads documents due after this time (ms); `null`: all pending ones. */
  readSince(time: number | null): void {
    const since = time === null ? '' : iso(time);
    if (since < this.readUpTo) this.readUpTo = since;
    this.unread = null;
    this.readAt = 0;
  }

  /** Takes a document that was just written. */
  announce(row: Row): void {
    this.announced.delete(row.id);
    const dueAt = row[this.work.time];
    if (!this.isPending(row) || typeof dueAt !== 'string') return;
    if (this.isDue(row)) {
      if (this.announced.size < MOST_ANNOUNCED) this.announced.set(row.id, row);
      else this.readSince(null);
    } else {
      this.readAt = Math.min(this.readAt, msOf(dueAt));
      // The clock was set back, and the reading has passed this time.
      if (dueAt <= (this.unread ?? { upTo: this.readUpTo }).upTo) this.readSince(null);
    }
  }

  /** Does some of the due work. Rejects when the store does. */
  async turn(): Promise<void> {
    const announced = [...this.announced.values()].slice(0, BATCH);
    for (const { id } of announced) this.announced.delete(id);
    const rows = announced.length > 0 ? announced : await this.read();
    const areDone = await this.areDone(rows);
    if (!areDone && this.retryAt === Infinity) {
      this.retryAt = this.clock.now() + Math.min(FIRST_PAUSE_MS * 2 ** this.failures, LONGEST_PAUSE_MS);
      this.failures += 1;
    }
    if (announced.length === 0 && this.unread === null && this.retryAt === Infinity) this.failures = 0;
  }

  private async areDone(rows: readonly Row[]): Promise<boolean> {
    // The clock may have been set back since they were found.
    const { due = [], early = [] } = Object.groupBy(rows, (row) => (this.isDue(row) ? 'due' : 'early'));
    for (const row of early) this.announce(row);
    const outcomes = await Promise.all(due.map((row) => this.isDone(row)));
    return !outcomes.includes(false);
  }

  private async isDone(row: Row): Promise<boolean> {
    try {
      await this.work.do(row);
      return true;
    } catch (error) {
      this.onFailure(error, row);
      return false;
    }
  }

  private async read(): Promise<readonly Row[]> {
    const now = this.clock.now();
    // A reading goes on to its end, so that failures do not keep it from later documents.
    if (this.retryAt <= now && this.unread === null) {
      this.retryAt = Infinity;
      this.readSince(null);
    }
    const { above, upTo, after } = (this.unread ??= { above: this.readUpTo, upTo: iso(now) });
    const unread = this.unread;
    this.readAt = Infinity;
    const { documents, next } = await this.page({ above, upTo }, BATCH, after);
    // It was started again meanwhile.
    if (this.unread !== unread) return documents;
    if (next !== null) {
      this.unread = { above, upTo, after: next };
      this.readAt = 0;
      return documents;
    }
    [this.unread, this.readUpTo] = [null, upTo];
    const [later] = (await this.page({ above: upTo }, 1)).documents;
    // Documents announced meanwhile may be due earlier.
    if (later) this.readAt = Math.min(this.readAt, msOf(String(later[this.work.time])));
    return documents;
  }

  private page(range: PageRequest['range'] & object, limit: number, after?: string): Promise<Page<Row>> {
    const { model, index, pending } = this.work;
    const { programId } = this;
    const equals = { programId, ...pending };
    return this.readModels.page(model, { programId, index, equals, range, order: 'asc', after, limit });
  }

  private isDue(row: Row): boolean {
    return String(row[this.work.time]) <= iso(this.clock.now());
  }

  private isPending(row: Row): boolean {
    return Object.entries(this.work.pending).every(([field, value]) => row[field] === value);
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Times in another form have another order; they are read when everything is read again. */
function msOf(time: string): number {
  const ms = Date.parse(time);
  return !Number.isNaN(ms) && iso(ms) === time ? ms : Infinity;
}
