import type { Decider, JsonObject, Message } from '@app/kernel';
import type { RequestEvent } from './request.events.js';

/**
 * Takes a request whose body decides which stream it writes. Otherwise two bodies under one idempotency key would go to
 * two streams, and the conflict would not be noticed.
 */
export type RequestCommand = Message<'TakeRequest', { kind: string; body: JsonObject; target?: JsonObject }>;

export const requestDecider: Decider<{ readonly taken: boolean }, RequestCommand, RequestEvent> = {
  initialState: { taken: false },
  decide: ({ data: { body: _, ...data } }, { taken }) => (taken ? [] : [{ type: 'RequestTaken', data }]),
  evolve: () => ({ taken: true }),
};
