import type { Message } from './message.js';

/** Who acted. `id` is a user, contact or provider account id; for the system, the name of the follower. */
export type Actor = { readonly kind: 'staff' | 'contact' | 'provider' | 'system' | 'integration'; readonly id: string };

/** Stored with every event. Times are ISO 8601 in UTC. */
export type Metadata = {
  readonly programId: string;
  readonly actor: Actor;
  readonly commandId: string;
  /** Keyed hash of the command, which detects another body under the same id. */
  readonly commandHash: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** When the command was accepted by the API. */
  readonly occurredAt: string;
  readonly recordedAt: string;
};

/** A stored event. `revision` is its place in the stream, `position` its place in the event store. */
export type Recorded<Event extends Message> = Event & {
  readonly eventId: string;
  /** `<category>-<aggregateId>` */
  readonly stream: string;
  readonly aggregateId: string;
  readonly revision: number;
  readonly position: Position;
  readonly metadata: Metadata;
};

/** Opaque; the string order of positions is the order of the event store. */
export type Position = string;
