import type { Message, Position, Recorded } from '@app/kernel';

/**
 * Why an event cannot be opened. `KeyMissing`: the keyring has no usable key and knows of no destruction. `SealBroken`: the key
 * is another one, or what it sealed was changed. `ContentBroken`: it is no JSON, or not what its type says.
 */
export type UnopenedCause = 'KeyMissing' | 'SealBroken' | 'ContentBroken' | 'UnknownEventType';

type Place = {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly programId: string;
};

/** An event of the record that cannot be opened now. It stands where it stands: who follows in order must know of it. */
export class Unopened {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly programId: string;

  /** @param legible the event without its sealed fields; `null` where not even its type is known */
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

/** What a follower of the record is given. */
export type Followable<Event extends Message = Message> = Recorded<Event> | Unopened;

export const isOpened = <Event extends Message>(event: Followable<Event>): event is Recorded<Event> =>
  !(event instanceof Unopened);

/** The program of an event, or `unknown` where its metadata cannot be read. */
export const programOf = (event: Followable): string => (isOpened(event) ? event.metadata.programId : event.programId);

/** What was asked needs an event that cannot be opened until an operator mends the cause. `name` is the cause. */
export class EventUnreadable extends Error {
  constructor(readonly event: Unopened) {
    super(`Event ${event.revision} of ${event.stream} cannot be opened`);
    this.name = event.cause;
  }
}
