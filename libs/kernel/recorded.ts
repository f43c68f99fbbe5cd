import type { Message } from './message.js';

/** Who did it. `id` is a user, contact or provider account id; for the system, the name of the follower. */
export type Actor = { readonly kind: 'staff' | 'contact' | 'provider' | 'system' | 'integration'; readonly id: string };

/** Kept beside every event. Times are ISO 8601 in UTC. */
export type Metadata = {
  readonly programId: string;
  readonly actor: Actor;
  readonly commandId: string;
  /** Keyed hash of the command, so that the same id with another body is noticed. */
  readonly commandHash: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** When the command was accepted at the edge. */
  readonly occurredAt: string;
  readonly recordedAt: string;
};

/** An event as a fact of the record. `revision` is its place in the stream, `position` its place in the whole record. */
export type Recorded<Event extends Message> = Event & {
  readonly eventId: string;
  /** `<category>-<aggregateId>` */
  readonly stream: string;
  readonly aggregateId: string;
  readonly revision: number;
  readonly position: Position;
  readonly metadata: Metadata;
};

/** Opaque; comparing two as strings gives the order of the record. */
export type Position = string;
