import { WrongExpectedRevision, type AppendResult, type ExpectedRevision, type StoredEvent } from '@app/eventing';
import { FileEventStore } from '../file-event-store.js';
import { toRow } from '../positions.js';
import { toAppend } from '../record-writer.js';
import { FileBusy, type Database } from '../sqlite.js';
import type { AppendOutcome, FromOther, FromOwner, Outbox } from './messages.js';

type Waiting = { resolve(result: AppendResult): void; reject(error: unknown): void };

/** The event store in a thread that does not own its file: reads it by a connection of its own, and has the owner append. */
export class ForwardingEventStore extends FileEventStore {
  readonly #waiting = new Map<number, Waiting>();
  #appends = 0;
  #last = 0;
  readonly #told = Promise.withResolvers<void>();

  constructor(
    db: Database,
    private readonly outbox: Outbox<FromOther>,
  ) {
    super(db);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult> {
    const append = toAppend(stream, expected, events);
    const number = (this.#appends += 1);
    this.outbox.send({ type: 'append', number, append });
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
  }

  /** Resolves when the end of the event store is known. */
  get knowsEnd(): Promise<void> {
    return this.#told.promise;
  }

  /** Handles what the owner tells. */
  receive(message: FromOwner): void {
    if (message.type === 'committed') {
      this.#reached(message.last);
      this.#told.resolve();
    }
    if (message.type === 'appended') this.#settle(message.number, message.outcome);
  }

  protected override get last(): number {
    return this.#last;
  }

  #settle(number: number, outcome: AppendOutcome): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if ('result' in outcome) {
      this.#reached(toRow(outcome.result.position));
      waiting?.resolve(outcome.result);
    } else if ('conflict' in outcome) {
      const { stream, expected, actual } = outcome.conflict;
      waiting?.reject(new WrongExpectedRevision(stream, expected, actual));
    } else waiting?.reject('busy' in outcome ? new FileBusy() : new Error(outcome.failure));
  }

  #reached(row: number): void {
    if (row <= this.#last) return;
    this.#last = row;
    this.committed();
  }
}
