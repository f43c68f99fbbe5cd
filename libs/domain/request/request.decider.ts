import type { Decider, JsonObject, Message } from '@app/kernel';
import type { RequestEvent } from './request.events.js';

/**
 * Takes a request whose body says which stream it will write: two bodies under one idempotency key would otherwise
 * end in two streams, and neither would know of the other.
 */
export type RequestCommand = Message<'TakeRequest', { kind: string; body: JsonObject; target?: JsonObject }>;

export const requestDecider: Decider<{ readonly taken: boolean }, RequestCommand, RequestEvent> = {
  initialState: { taken: false },
  decide: ({ data: { body: _, ...data } }, { taken }) => (taken ? [] : [{ type: 'RequestTaken', data }]),
  evolve: () => ({ taken: true }),
};
