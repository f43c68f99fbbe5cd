import type { EventTypes, Message } from '@app/kernel';

/** A message that a worker could not handle: the position of its event. */
export type Source = { readonly stream: string; readonly revision: number };

/**
 * `key` is the ordering key of the worker: later messages of a parked key are parked too. `cause` is the name of the
 * error, or `BehindParked` for such later messages.
 */
export type MessageParked = Message<'MessageParked', { worker: string; key: string; source: Source; cause: string }>;
/** Somebody requested a replay of a key's parked messages. */
export type ReplayRequested = Message<'ReplayRequested', { worker: string; key: string }>;
/** A parked message was handled and is no longer parked. */
export type ParkedMessageHandled = Message<'ParkedMessageHandled', { worker: string; key: string; source: Source }>;
/** A replay failed, and the message stays parked. */
export type ReplayFailed = Message<'ReplayFailed', { worker: string; key: string; source: Source; cause: string }>;

export type ParkedEvent = MessageParked | ReplayRequested | ParkedMessageHandled | ReplayFailed;

export const parkedEventTypes = {
  MessageParked: { version: 1 },
  ReplayRequested: { version: 1 },
  ParkedMessageHandled: { version: 1 },
  ReplayFailed: { version: 1 },
} as const satisfies EventTypes<ParkedEvent>;
