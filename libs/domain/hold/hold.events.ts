import type { EventTypes, Message } from '@app/kernel';

/**
 * What is held until a cause is gone: all texts of a provider account, of a number, from a number to one country (by
 * its calling code), or the program's email.
 */
export type HoldScope =
  | { readonly kind: 'account'; readonly accountSid: string }
  | { readonly kind: 'sender'; readonly senderId: string }
  | { readonly kind: 'country'; readonly senderId: string; readonly country: string }
  | { readonly kind: 'email' };

/**
 * The provider's response concerns more than one delivery. `credentials` counts the changes of the program's accounts
 * and tokens so far: the hold ends with the next change.
 */
export type SendingHeld = Message<
  'SendingHeld',
  {
    scope: HoldScope;
    /** The program's numbers that it concerns. */
    senderIds: readonly string[];
    code: string;
    credentials: number;
    since: string;
    nextTryAt: string;
    pauseMs: number;
  }
>;
/** One delivery is sent to find out whether the cause is gone; the next one not before `nextTryAt`. */
export type SendingTried = Message<'SendingTried', { scope: HoldScope; nextTryAt: string; pauseMs: number }>;
/** The cause is gone. */
export type SendingResumed = Message<'SendingResumed', { scope: HoldScope }>;

export type HoldEvent = SendingHeld | SendingTried | SendingResumed;

export const holdEventTypes = {
  SendingHeld: { version: 1 },
  SendingTried: { version: 1 },
  SendingResumed: { version: 1 },
} as const satisfies EventTypes<HoldEvent>;
