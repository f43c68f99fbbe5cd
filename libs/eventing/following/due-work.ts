import type { Position } from '@app/kernel';
import type { Document, FieldValue } from '../ports/read-model-store.js';
import type { ReadModel } from './run-projection.js';

/** A document that says when something is due. */
export type DueRow = Document & { readonly programId: string };

/** Told of work that failed and is tried again. */
export type OnFailure<Row> = (error: unknown, row: Row) => void;

/** Work that is due once, at a time that the documents of a read model hold. */
export type DueWork<Row extends DueRow> = {
  readonly model: ReadModel<Row>;
  /** An index of the model: the program, the fields of `pending`, then the time. */
  readonly index: string;
  /** Values that a document has as long as its work is to be done. */
  readonly pending: Readonly<Record<string, FieldValue>>;
  /** Types of the events that make something pending or move its time. */
  readonly startedBy: readonly string[];
  /** Field of the time (ISO 8601); `null` in it: never due. */
  readonly time: keyof Row & string;
  /**
   * Does the work of one document. It is called at least once, by each process that runs the same work, so it claims the work by
   * an append that only one of them succeeds with, and that makes the document no longer pending.
   */
  do(row: Row): Promise<void>;
  /** What was due at this time, as of this position, is left to the caller. By default nothing is. */
  readonly since?: { readonly position: Position | null; readonly time: number };
};
