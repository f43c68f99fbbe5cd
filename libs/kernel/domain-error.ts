import type { JsonObject } from './message.js';

/**
 * The kind of a broken rule. Each protocol maps kinds to its own status codes, and needs no knowledge of the error
 * codes.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  /** The request conflicts with the current state. */
  | 'conflict'
  | 'gone'
  /** The request was based on an outdated state. */
  | 'outdated'
  /** The idempotency key was used before for another request. */
  | 'reused'
  | 'too-many'
  | 'unavailable';

/**
 * A broken rule, named after the rule. `code` is stable: clients and tests depend on it. Messages contain no personal
 * content.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  readonly kind: ErrorKind = 'conflict';
  /** The request field that broke the rule, if there is one. */
  readonly field?: string;
  /** Further members of the problem document. */
  readonly about?: JsonObject;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
