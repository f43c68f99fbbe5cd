import type { EventTypes, JsonObject, Message } from '@app/kernel';

/** A request that makes something was taken; the stream is its idempotency key. */
export type RequestTaken = Message<
  'RequestTaken',
  {
    kind: string;
    /** Ids of what it writes to. */
    target?: JsonObject;
  }
>;

export type RequestEvent = RequestTaken;

export const requestEventTypes = { RequestTaken: { version: 1 } } as const satisfies EventTypes<RequestEvent>;
