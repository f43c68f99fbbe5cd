import type { EventTypes, Message } from '@app/kernel';

/** What a worker could not handle: an event of the record, by its place. */
export type Source = { readonly stream: string; readonly revision: number };

/**
 * `key` is what the worker keeps in order: everything of a parked key waits behind the first. `cause` is the name of the
 * error, or `BehindParked` for what only came after.
 */
export type MessageParked = Message<'MessageParked', { worker: string; key: string; source: Source; cause: string }>;
/** Somebody asked the worker to try again what waits of a key. */
export type ReplayRequested = Message<'ReplayRequested', { worker: string; key: string }>;
/** What waited was handled, and waits no more. */
export type ParkedMessageHandled = Message<'ParkedMessageHandled', { worker: string; key: string; source: Source }>;
/** It failed again, and waits where it was. */
export type ReplayFailed = Message<'ReplayFailed', { worker: string; key: string; source: Source; cause: string }>;

export type ParkedEvent = MessageParked | ReplayRequested | ParkedMessageHandled | ReplayFailed;

export const parkedEventTypes = {
  MessageParked: { version: 1 },
  ReplayRequested: { version: 1 },
  ParkedMessageHandled: { version: 1 },
  ReplayFailed: { version: 1 },
} as const satisfies EventTypes<ParkedEvent>;
