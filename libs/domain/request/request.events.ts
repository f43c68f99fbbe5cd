import type { EventTypes, JsonObject, Message } from '@app/kernel';

/**
 * A request with an idempotency key was taken, before its changes were known; the stream is that key, and for requests
 * to one resource also the resource.
 */
export type RequestTaken = Message<
  'RequestTaken',
  {
    kind: string;
    /** Ids of the streams it writes to. */
    target?: JsonObject;
  }
>;

/**
 * The request changed nothing; a retry gets the same response: the revision and position of its resource at that time.
 */
export type RequestAnswered = Message<'RequestAnswered', { revision: number; position: string | null }>;

export type RequestEvent = RequestTaken | RequestAnswered;

export const requestEventTypes = {
  RequestTaken: { version: 1 },
  RequestAnswered: { version: 1 },
} as const satisfies EventTypes<RequestEvent>;
