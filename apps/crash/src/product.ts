import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode, type Child } from './processes.js';

/** What the product says of itself when it is ready. */
export type Facts = {
  readonly url: string;
  readonly programId: string;
  readonly senderPhone: string;
  readonly contactId: string;
  readonly tokens: Readonly<Record<'owner' | 'manager' | 'agent' | 'contact', string>>;
};

export type Settings = {
  readonly folder: string;
  /** Fixed, so that the provider's callbacks find the next process. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
};

/** Shared with the emulator, and long enough for the configuration. */
export const ACCOUNT = { accountSid: 'AC00000000000000000000000000005a3e', authToken: 'crash-suite-auth-token' };
export const JWT_SECRET = 'crash-suite-secret-of-at-least-32-characters';

/** Short limits, so that what a kill leaves open is settled while one waits. */
export const shortLimits = { CLAIM_TIMEOUT_MS: '1500', RECONCILE_EVERY_MS: '400', TWILIO_TIMEOUT_MS: '400' };

export const programAt = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The real product in a process of its own, which is killed and started again on the same folder and port. */
export class Product {
  private child: Child | null = null;
  private ready = Promise.withResolvers<Facts>();
  private isReady = false;
  /** Set when a process ended that nobody had asked to. */
  endedByItself: string | null = null;

  constructor(private readonly settings: Settings) {}

  /** Starts the process; `up` says when it is ready. */
  spawn(): Child {
    const { folder, port, environment, nodeOptions = [] } = this.settings;
    const args = [...nodeOptions, programAt('apps/standalone/src/main.js'), '--port', String(port), '--data', join(folder, 'data'), '--json'];
    // Starts are most of the time that a kill costs.
    const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), 'crash-compile-cache') };
    const child = startNode(args, { ...compiled, TWILIO_AUTH_TOKEN: ACCOUNT.authToken, JWT_SECRET, ...environment }, join(folder, 'product.log'));
    this.child = child;
    void child.firstLine.then((line) => {
      if (this.child !== child) return;
      this.isReady = true;
      this.ready.resolve(JSON.parse(line) as Facts);
    }, () => undefined);
    void child.ended.then((how) => {
      if (this.child !== child) return;
      this.endedByItself = how;
      this.down();
    });
    return child;
  }

  async start(): Promise<Facts> {
    const { firstLine } = this.spawn();
    await firstLine;
    return this.up();
  }

  /** Resolves while or as soon as it is ready. */
  up(): Promise<Facts> {
    return this.ready.promise;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.down();
    child.kill(signal);
    await child.ended;
  }

  private down(): void {
    this.child = null;
    // Who waits already goes on waiting for the same.
    if (!this.isReady) return;
    this.isReady = false;
    this.ready = Promise.withResolvers<Facts>();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
