import type { EventTypes, Message } from '@app/kernel';

/** What a worker could not handle: an event of the record, by its place. */
export type Source = { readonly stream: string; readonly revision: number };

/** `key` is what the worker keeps in order; everything of a parked key waits behind the first. */
type Place = { readonly worker: string; readonly key: string };

/** `cause` is the name of the error, or `BehindParked` for what only came after. */
export type MessageParked = Message<'MessageParked', Place & { source: Source; cause: string }>;
export type ReplayRequested = Message<'ReplayRequested', Place>;
export type ParkedMessageHandled = Message<'ParkedMessageHandled', Place & { source: Source }>;
export type ReplayFailed = Message<'ReplayFailed', Place & { source: Source; cause: string }>;

export type ParkedEvent = MessageParked | ReplayRequested | ParkedMessageHandled | ReplayFailed;

export const parkedEventTypes = {
  MessageParked: { version: 1 },
  ReplayRequested: { version: 1 },
  ParkedMessageHandled: { version: 1 },
  ReplayFailed: { version: 1 },
} as const satisfies EventTypes<ParkedEvent>;
