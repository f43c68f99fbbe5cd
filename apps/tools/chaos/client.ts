import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './product.js';

export type Request = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly key?: string;
  readonly body?: object;
};
export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const LONGEST_REQUEST_MS = 10_000;
const SHORT_PAUSE_MS = 20;
const MOST_FAILURES = 20;

/** A client that does not give up: a request without a response is retried under the same key. */
export class Client {
  /** Responses that never arrived. */
  lost = 0;
  /** Responses that no rule explains. */
  readonly oddities: string[] = [];

  constructor(private readonly product: Target) {}

  async ask(request: Request): Promise<Answer> {
    for (let failures = 0; ;) {
      const { url } = await this.product.up();
      const answer = await once(url, request);
      if (answer && answer.status < 500 && answer.status !== 408) return answer;
      // 503 says that an engine is unavailable and the outcome unknown; 408, that the request did not arrive in time.
      if (answer && answer.status !== 503 && answer.status !== 408) {
        this.odd(request, answer);
        failures += 1;
        if (failures === MOST_FAILURES) throw new Error(`${request.path} fails repeatedly`);
      } else this.lost += 1;
      await sleep(SHORT_PAUSE_MS);
    }
  }

  /** The same for requests that have only one good response. */
  async expect(status: number, request: Request): Promise<Answer['body']> {
    const answer = await this.ask(request);
    if (answer.status !== status) this.odd(request, answer);
    return answer.body;
  }

  odd({ method, path }: Pick<Request, 'method' | 'path'>, answer: Answer): void {
    this.oddities.push(`${method} ${path} was answered ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
  }
}

/** @returns `null` when no response arrived */
export async function once(url: string, { method, path, token, key, body }: Request): Promise<Answer | null> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(body && { 'content-type': 'application/json' }),
  };
  // Our own timer: one that only the signal references can be collected before it fires.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), LONGEST_REQUEST_MS);
  try {
    const { signal } = abort;
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
