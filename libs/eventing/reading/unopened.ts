import type { Message, Position, Recorded } from '@app/kernel';

/**
 * Why an event cannot be opened. `KeyMissing`: the keyring has no usable key, and no mark of a destroyed one.
 * `SealBroken`: the key is wrong, or the ciphertext was changed. `ContentBroken`: the content is not JSON, or does not
 * match its type.
 */
export type UnopenedCause = 'KeyMissing' | 'SealBroken' | 'ContentBroken' | 'UnknownEventType';

type Place = {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly programId: string;
};

/** An event that cannot be opened now. It keeps its place: followers that handle events in order must know of it. */
export class Unopened {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly programId: string;

  /** @param legible the event without its sealed fields; `null` when not even its type is known */
  constructor(
    readonly cause: UnopenedCause,
    { stream, revision, position, programId }: Place,
    readonly legible: Recorded<Message> | null = null,
  ) {
    this.stream = stream;
    this.revision = revision;
    this.position = position;
    this.programId = programId;
  }
}

/** What a follower of the event store receives. */
export type Followable<Event extends Message = Message> = Recorded<Event> | Unopened;

export const isOpened = <Event extends Message>(event: Followable<Event>): event is Recorded<Event> =>
  !(event instanceof Unopened);

/** The program of an event, or `unknown` when its metadata cannot be read. */
export const programOf = (event: Followable): string => (isOpened(event) ? event.metadata.programId : event.programId);

/** The request needs an event that cannot be opened until an operator fixes the cause. `name` is the cause. */
export class EventUnreadable extends Error {
  constructor(readonly event: Unopened) {
    super(`Event ${event.revision} of ${event.stream} cannot be opened`);
    this.name = event.cause;
  }
}
