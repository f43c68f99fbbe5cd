export type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown };

type Waiting<Request, Answer> = {
  readonly request: Request;
  settle(outcome: Outcome<Answer>): void;
};

/** Limits how long one transaction blocks the event loop. */
const LARGEST_GROUP = 1_000;

/**
 * Requests that arrive in the same turn of the event loop share one commit, and so one disk flush. Each gets its own
 * outcome after the commit; when the commit fails, all are rejected.
 */
export class GroupCommit<Request, Answer> {
  #waiting: Waiting<Request, Answer>[] = [];
  #scheduled = false;
  #closed = false;

  constructor(private readonly commit: (requests: readonly Request[]) => readonly Outcome<Answer>[]) {}

  add(request: Request): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error('The store is closed'));
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome<Answer>) => {
        if ('answer' in outcome) resolve(outcome.answer);
        else reject(outcome.error);
      };
      this.#waiting.push({ request, settle });
      this.#schedule();
    });
  }

  /** Commits pending requests and accepts no more. */
  close(): void {
    this.#closed = true;
    while (this.#waiting.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #flush(): void {
    const group = this.#waiting.splice(0, LARGEST_GROUP);
    if (group.length === 0) return;
    const outcomes = this.#commitAll(group.map(({ request }) => request));
    group.forEach(({ settle }, index) => {
      settle(outcomes[index] ?? { error: new Error('The commit returned no outcome for a write') });
    });
  }

  #commitAll(requests: readonly Request[]): readonly Outcome<Answer>[] {
    try {
      return this.commit(requests);
    } catch (error) {
      return requests.map(() => ({ error }));
    }
  }
}
