import type { Position } from '@app/kernel';
import type { Document, FieldValue } from '../ports/read-model-store.js';
import type { ReadModel } from './run-projection.js';

/** A document with the time at which something is due. */
export type DueRow = Document & { readonly programId: string };

/** Called for work that failed and is retried. */
export type OnFailure<Row> = (error: unknown, row: Row) => void;

/** Work that is due once, at a time stored in the documents of a read model. */
export type DueWork<Row extends DueRow> = {
  readonly model: ReadModel<Row>;
  /** An index of the model: the program, the fields of `pending`, then the time. */
  readonly index: string;
  /** Values of a document whose work is still to be done. */
  readonly pending: Readonly<Record<string, FieldValue>>;
  /** Types of the events that make something pending or move its time. */
  readonly startedBy: readonly string[];
  /** Field of the time (ISO 8601, UTC, with milliseconds); `null` in it: never due. */
  readonly time: keyof Row & string;
  /**
   * Does the work of one document. Called at least once by each process that runs this work, so it claims the work by
   * an append that only one of them succeeds with, after which the document is no longer pending.
   */
  do(row: Row): Promise<void>;
  /** One process at a time does the work: each piece is long, and two processes would do it twice. */
  readonly isExclusive?: boolean;
  /** Work that was due before this time and position is left to the caller. By default none is. */
  readonly since?: { readonly position: Position | null; readonly time: number };
};
