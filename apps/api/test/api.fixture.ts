import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLog } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { generousQuotas, loadConfiguration, type Identity } from '@app/platform';
import { DeliveryQueries } from '@app/read-models';
import { sample } from '@app/sample-program';
import { startStandalone, type Standalone } from '../../standalone/src/standalone.js';

export const SECRET = 'a secret of the tests, of more than 32 characters';
export const PROVIDER_TOKEN = '0123456789abcdef0123456789abcdef';
export const ACCOUNT = 'AC00000000000000000000000000005a3e';
export const NOBODY = '00000000-0000-4000-8000-000000000000';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
};
export type Input = {
  /** The caller: one of the sample's people, any other caller, a raw token, or nobody. */
  readonly as?: Identity | string | null;
  /** Sent as JSON, or a string unchanged. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
};

/**
 * The whole product in this process, on a separate folder, called over HTTP without a client that corrects the request.
 */
export class Api {
  private readonly agent = new Agent({ keepAlive: true });
  private inMotion = true;

  private constructor(
    private readonly folder: string,
    readonly standalone: Standalone,
  ) {}

  /** @param changes settings that differ from those of most tests */
  static async start(changes: Readonly<Record<string, string>> = {}): Promise<Api> {
    const folder = mkdtempSync(join(tmpdir(), 'api-'));
    const settings = {
      DATA_DIR: folder,
      PORT: '0',
      // Tests reach behind the API, and a thread loads every module again.
      THREADS: '1',
      JWT_SECRET: SECRET,
      TWILIO_AUTH_TOKEN: PROVIDER_TOKEN,
      TWILIO_ACCOUNT_SID: ACCOUNT,
      ...generousQuotas,
      ...changes,
    };
    return new Api(folder, await startStandalone(loadConfiguration(settings)));
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.standalone.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get url(): string {
    return this.standalone.url;
  }

  async ask(method: string, path: string, { as = sample.agent, body, headers = {} }: Input = {}): Promise<Answer> {
    const token = as === null || typeof as === 'string' ? as : await this.standalone.tokens.sign(as);
    const given = {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    };
    return this.send(method, path, given, body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  }

  get = (path: string, input?: Input): Promise<Answer> => this.ask('GET', path, input);
  post = (path: string, body: unknown, input?: Input): Promise<Answer> => this.ask('POST', path, { ...input, body });
  graphql = (query: string, variables: object = {}, input?: Input): Promise<Answer> =>
    this.post('/graphql', { query, variables }, input);

  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string | readonly string[]>>,
    body?: string,
  ): Promise<Answer> {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const given = { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) };
      const sent = httpRequest(
        {
          hostname,
          port,
          method,
          path,
          headers: given as Record<string, string>,
          agent: this.agent,
          setDefaultHeaders: true,
        },
        (reply) => {
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('error', reject);
          reply.on('end', () => {
            this.inMotion ||= method !== 'GET' && (reply.statusCode ?? 0) < 400;
            const text = Buffer.concat(chunks).toString();
            resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text, body: parsed(text) });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /**
   * The events that requests append while this runs. Waits for earlier reactions, but not for those of these requests.
   */
  async recorded(work: () => Promise<unknown>): Promise<readonly Recorded<Message>[]> {
    await this.rest();
    const eventLog = this.standalone.app.get(EventLog);
    const after = await eventLog.head();
    await work();
    const head = await eventLog.head();
    const events: Recorded<Message>[] = [];
    if (head === null || head === after) return events;
    for await (const batch of eventLog.follow({ after, signal: new AbortController().signal })) {
      events.push(...batch.events);
      if (batch.position >= head) break;
    }
    return events;
  }

  /** Waits until all reactions to earlier requests have ended. */
  async rest(): Promise<void> {
    const eventLog = this.standalone.app.get(EventLog);
    while (this.inMotion) {
      const before = await eventLog.head();
      await sleep(300);
      const claimed = await this.standalone.app.get(DeliveryQueries).claimedUpTo('9999');
      this.inMotion = claimed.documents.length > 0 || before !== (await eventLog.head());
    }
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

type Expected = { readonly status: number; readonly code: string; readonly field?: string; readonly rule?: string };

/** A problem document that says what is wrong, without anything internal or from the request. */
export function expectProblem({ status, headers, text, body }: Answer, expected: Expected): void {
  expect({ status, ...body }).toMatchObject({
    ...expected,
    rule: expected.rule ?? expect.any(String),
    type: expect.stringContaining(expected.code),
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(headers['content-type']).toContain('application/problem+json');
  expectNoInside(text);
}

/** Written into every request: it must not appear in an error. */
export const MARKER = 'Zyxwv-personal';

export function expectNoInside(text: string): void {
  for (const inside of [MARKER, 'node_modules', '.js:', 'Error:', '/dist/', 'SQLITE', 'undefined', 'FST_ERR'])
    expect(text).not.toContain(inside);
}
