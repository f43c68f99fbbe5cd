import type { Actor, Message, Position, Recorded } from '@app/kernel';

/** Who sends the command, for which program, and the id by which a repetition is recognized. */
export type CommandContext = {
  readonly programId: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** ISO 8601; when the command was accepted by the API. */
  readonly occurredAt: string;
  /** The revision seen by the caller (`If-Match`), if given. */
  readonly expectedRevision?: number;
  /**
   * The command is caused by an event and derives its id from it. A later version of the program may word the command
   * differently; the first result stands.
   */
  readonly isDerived?: true;
  /** Position of that event: the events of the command come after it. */
  readonly causePosition?: Position;
  /**
   * A client gave an idempotency key: it may retry the command, and gets the first response even if nothing changed.
   */
  readonly isRepeatable?: boolean;
};

export type CommandResult<Event extends Message = Message> = {
  /** Last revision of the stream known to this command; -1 while it is empty. */
  readonly revision: number;
  /** A query may wait for this position to see the command's effect. */
  readonly position: Position | null;
  readonly events: readonly Recorded<Event>[];
};
