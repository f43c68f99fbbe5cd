import { decideByType, DomainError, type Decider, type Message } from '@app/kernel';
import type { HoldEvent, HoldScope, SendingHeld } from './hold.events.js';

export type HoldCommand =
  | Message<
      'HoldSending',
      Omit<SendingHeld['data'], 'since' | 'nextTryAt' | 'pauseMs'> & {
        at: string;
        firstPauseMs: number;
        jitter: number;
      }
    >
  /** `jitter`, from 0 to 1, keeps programs from retrying at the same moment. */
  | Message<'TrySending', { scope: HoldScope; at: string; jitter: number }>
  | Message<'ResumeSending', { scope: HoldScope }>;

export type Hold = Omit<SendingHeld['data'], 'senderIds'>;

/** What a program may not send at present, by {@link scopeKey}. */
export type Holds = { readonly [scope: string]: Hold };

/** What a delivery needs: an account, a number and a country, or the mail server. */
export type Road =
  | { readonly accountSid: string; readonly senderId: string; readonly country: string; readonly credentials: number }
  | 'email';

const LONGEST_PAUSE_MS = 60 * 60 * 1000;

export const holdDecider: Decider<Holds, HoldCommand, HoldEvent> = {
  initialState: {},

  decide: decideByType<Holds, HoldCommand, HoldEvent>({
    HoldSending({ at, firstPauseMs, jitter, ...cause }, holds) {
      const hold = holds[scopeKey(cause.scope)];
      if (!hold || hold.credentials < cause.credentials)
        return [{ type: 'SendingHeld', data: { ...cause, since: at, ...next(at, firstPauseMs, jitter) } }];
      // A response to the retry, or to a request that was in flight when the hold began: the pause stays, the reason
      // may change.
      const { since, nextTryAt, pauseMs } = hold;
      return hold.code === cause.code || hold.credentials > cause.credentials
        ? []
        : [{ type: 'SendingHeld', data: { ...cause, since, nextTryAt, pauseMs } }];
    },
    TrySending({ scope, at, jitter }, holds) {
      const hold = holds[scopeKey(scope)];
      if (!hold || Date.parse(at) < Date.parse(hold.nextTryAt)) throw new TriedAlready();
      return [{ type: 'SendingTried', data: { scope, ...next(at, hold.pauseMs * 2, jitter) } }];
    },
    ResumeSending: ({ scope }, holds) => (holds[scopeKey(scope)] ? [{ type: 'SendingResumed', data: { scope } }] : []),
  }),

  evolve(state, event) {
    const key = scopeKey(event.data.scope);
    switch (event.type) {
      case 'SendingHeld': {
        const { senderIds: _, ...hold } = event.data;
        return { ...state, [key]: hold };
      }
      case 'SendingTried': {
        const hold = state[key];
        const { nextTryAt, pauseMs } = event.data;
        return hold ? { ...state, [key]: { ...hold, nextTryAt, pauseMs } } : state;
      }
      case 'SendingResumed': {
        const { [key]: _, ...others } = state;
        return others;
      }
    }
  },
};

/** Doubles each time, up to an hour. */
function next(at: string, pauseMs: number, jitter: number): { nextTryAt: string; pauseMs: number } {
  const pause = Math.min(pauseMs, LONGEST_PAUSE_MS);
  return {
    pauseMs: pause,
    nextTryAt: new Date(Date.parse(at) + Math.round(pause * (0.8 + 0.2 * jitter))).toISOString(),
  };
}

export function scopeKey(scope: HoldScope): string {
  switch (scope.kind) {
    case 'account':
      return `account ${scope.accountSid}`;
    case 'sender':
      return `sender ${scope.senderId}`;
    case 'country':
      return `country ${scope.senderId} ${scope.country}`;
    case 'email':
      return 'email';
  }
}

/** The hold that blocks a delivery with these needs. A hold ends when the credentials have changed since it began. */
export function holdsOn(holds: Holds, road: Road): readonly Hold[] {
  const credentials = road === 'email' ? 0 : road.credentials;
  return scopesOf(road).flatMap((scope) => {
    const hold = holds[scopeKey(scope)];
    return hold && hold.credentials >= credentials ? [hold] : [];
  });
}

function scopesOf(road: Road): readonly HoldScope[] {
  if (road === 'email') return [{ kind: 'email' }];
  const { accountSid, senderId, country } = road;
  return [
    { kind: 'account', accountSid },
    { kind: 'sender', senderId },
    { kind: 'country', senderId, country },
  ];
}

/** The retry is not due yet, or another worker is retrying. */
export class TriedAlready extends DomainError {
  readonly code = 'TriedAlready';
  constructor() {
    super('Sending is on hold, and the next try is not due yet');
  }
}
