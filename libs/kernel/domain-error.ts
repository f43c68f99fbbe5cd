/** What a broken rule means for who asked: each protocol has its own sign for a kind, and none for a code. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  /** What was asked does not go with what is so now. */
  | 'conflict'
  | 'gone'
  /** It was asked of an older state. */
  | 'outdated'
  /** A key was used before for something else. */
  | 'reused'
  | 'too-many'
  | 'unavailable';

/** A broken rule, named after it. `code` is stable: clients and tests rely on it. Messages carry no personal content. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  readonly kind: ErrorKind = 'conflict';
  /** The field of the request the rule is about, where there is one. */
  readonly field?: string;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
