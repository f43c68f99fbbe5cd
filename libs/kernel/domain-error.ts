/** A broken rule, named after it. `code` is stable: clients and tests rely on it. Messages carry no personal content. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  /** The field of the request the rule is about, where there is one. */
  readonly field?: string;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
