import { AccessDeniedError } from '@eventstore/db-client';
import { AccessRefused, EngineUnavailable, growing, retry, sleep, WRONG_LOGIN } from '@app/eventing';

/** How long an operation is retried before the server counts as unavailable. */
const PATIENCE_MS = 10_000;
/** How long one attempt may take. */
export const ATTEMPT_MS = 5_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Rights that the server must grant our user. */
export type Right = 'read $all' | 'read streams' | 'append to streams';

/**
 * Retries an operation, unchanged, while the server is unavailable or does not respond. The operation must be safe to
 * repeat.
 * @throws EngineUnavailable when it stays unavailable, or the signal aborts
 * @throws AccessRefused when the user lacks the right for it
 */
export async function patiently<T>(
  signal: AbortSignal,
  right: Right,
  attempt: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const until = performance.now() + patienceMs;
  return retry(() => inTime(Math.min(ATTEMPT_MS, until - performance.now()), signal, attempt()), {
    pauses: growing(FIRST_PAUSE_MS, LONGEST_PAUSE_MS),
    signal,
    onFailure: (error, pause) => {
      if (!isAway(error)) throw refusalOf(error, right) ?? error;
      if (signal.aborted || performance.now() + pause >= until) throw new EngineUnavailable('EventStoreDB', error);
    },
  });
}

/** The error for a server that refuses a login or lacks a right. */
export function refusalOf(error: unknown, right: Right): AccessRefused | null {
  if (!(error instanceof AccessDeniedError)) return null;
  return new AccessRefused(
    'EventStoreDB',
    error.code === UNAUTHENTICATED
      ? WRONG_LOGIN
      : `its user (nobody, if it names none) may not ${right}; grant the right, or add the user to $admins`,
  );
}

async function inTime<T>(ms: number, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, AbortSignal.any([signal, over.signal])).then(() => Promise.reject(new NoAnswer()));
  try {
    return await Promise.race([answer, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

class NoAnswer extends Error {}

/** gRPC's code for a wrong login, as opposed to a missing right. */
const UNAUTHENTICATED = 16;
// gRPC's codes: cancelled, unknown, deadline exceeded, aborted, internal, unavailable.
const CODES: readonly unknown[] = [1, 2, 4, 10, 13, 14];
const TYPES: readonly unknown[] = ['timeout', 'deadline-exceeded', 'unavailable', 'cancelled', 'not-leader'];

/** Whether the server reported an unknown error. */
export const isUnknown = (error: unknown): boolean => (error as { readonly code?: unknown } | null)?.code === 2;

/** Whether an error does not concern the request, only that the server could not be reached or did not handle it. */
export function isAway(error: unknown): boolean {
  if (error instanceof NoAnswer || error instanceof EngineUnavailable) return true;
  if (!(error instanceof Error)) return false;
  // The client's own errors have a type; gRPC errors that it did not convert have only a code.
  const { type, code } = error as Error & { readonly type?: unknown; readonly code?: unknown };
  if (TYPES.includes(type) || CODES.includes(code)) return true;
  return (type === 'unknown' && code === undefined) || error.message.startsWith('Failed to discover');
}
