import type { EventTypes, JsonObject, Message } from '@app/kernel';

/** A request with an idempotency key was taken, before it was known what it would change; the stream is that key, and for requests to one resource the resource. */
export type RequestTaken = Message<
  'RequestTaken',
  {
    kind: string;
    /** Ids of what it writes to. */
    target?: JsonObject;
  }
>;

/** The request had nothing to change; its repetition gets the same answer: the revision and position of its resource at that time. */
export type RequestAnswered = Message<'RequestAnswered', { revision: number; position: string | null }>;

export type RequestEvent = RequestTaken | RequestAnswered;

export const requestEventTypes = {
  RequestTaken: { version: 1 },
  RequestAnswered: { version: 1 },
} as const satisfies EventTypes<RequestEvent>;
