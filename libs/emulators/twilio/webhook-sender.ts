import http from 'node:http';
import https from 'node:https';
import { signForm } from './signature.js';

export type WebhookAnswer = {
  /** The HTTP status; null without a response. */
  readonly status: number | null;
  readonly body: string;
};

type Form = Readonly<Record<string, string>>;
type Headers = Readonly<Record<string, string>>;

const NO_ANSWER: WebhookAnswer = { status: null, body: '' };

/** Posts signed forms to the callers' webhooks, as the provider does: one retry, only after a connection failure. */
export class WebhookSender {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  private readonly posting = new Set<http.ClientRequest>();
  private closed = false;

  /** @param timeoutMs how long a response may take; after it the post is given up without a retry */
  constructor(private readonly timeoutMs: number) {}

  async post(url: string, authToken: string, form: Form, headers: Headers = {}): Promise<WebhookAnswer> {
    const body = new URLSearchParams(form).toString();
    const allHeaders = {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signForm(authToken, url, form),
      ...headers,
    };
    const first = await this.attempt(url, allHeaders, body, true);
    // The retry uses a new connection: the other side may have just closed a kept one.
    const answer = first === 'connection-failed' ? await this.attempt(url, allHeaders, body, false) : first;
    return typeof answer === 'string' ? NO_ANSWER : answer;
  }

  /** Aborts running posts. */
  abort(): void {
    for (const request of this.posting) request.destroy();
    this.posting.clear();
  }

  close(): void {
    this.closed = true;
    this.abort();
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }

  private attempt(
    url: string,
    headers: Headers,
    body: string,
    kept: boolean,
  ): Promise<WebhookAnswer | 'connection-failed' | 'timed-out'> {
    const target = new URL(url);
    if (this.closed) return Promise.resolve('timed-out');
    return new Promise((resolve) => {
      const secure = target.protocol === 'https:';
      const agent = kept ? this.agents[secure ? 'https:' : 'http:'] : false;
      const request = (secure ? https : http).request(target, { method: 'POST', headers, agent });
      let givenUp = false;
      const giveUp = setTimeout(() => {
        givenUp = true;
        request.destroy();
      }, this.timeoutMs);
      const settle = (result: WebhookAnswer | 'connection-failed' | 'timed-out'): void => {
        clearTimeout(giveUp);
        this.posting.delete(request);
        resolve(result);
      };
      // A post that was aborted from outside is no connection failure: a retry would outlive a reset.
      const fail = (): void => {
        settle(givenUp || !this.posting.has(request) ? 'timed-out' : 'connection-failed');
      };
      this.posting.add(request);
      request.on('error', fail);
      request.on('close', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          settle({ status: response.statusCode ?? null, body: Buffer.concat(chunks).toString('utf8') });
        });
        response.on('error', fail);
        response.on('close', fail);
      });
      request.end(body);
    });
  }
}
