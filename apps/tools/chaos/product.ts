import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generousQuotas } from '@app/platform';
import { killProcess, lifetime, RestartableProcess } from './restartable-process.js';
import type { Random } from './random.js';

/** The product's output when it is ready. */
export type Facts = {
  readonly url: string;
  readonly programId: string;
  readonly senderPhone: string;
  readonly referralId: string;
  readonly contactId: string;
  readonly tokens: Readonly<Record<'owner' | 'manager' | 'agent' | 'reader' | 'contact', string>>;
};

export type Settings = {
  readonly folder: string;
  /** Fixed, so that the provider's callbacks find the next process. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** Location of its event store; in the folder when absent. */
  readonly record?: Server;
};

/** A server that the product runs on. */
export type Server = {
  /** Settings for connecting to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kills it, and restarts it on the same data and port after the pause; `null` when it must not be killed. */
  readonly kill: ((pause: () => Promise<unknown>) => Promise<void>) | null;
  stop(): Promise<void>;
};

/** The product under test, in one process or in many. */
export type Target = {
  /** Resolves while or as soon as it is ready. */
  up(): Promise<Facts>;
  start(): Promise<Facts>;
  /** Kills a part of it at some moment and restarts it. @returns a description */
  killOnce(random: Random): Promise<string>;
  /** Set when a process ended unexpectedly. */
  readonly endedByItself: string | null;
  /** Stops it; its engines keep running. */
  finish(): Promise<void>;
  close(): Promise<void>;
  /** Settings with which its engines are opened. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Shared with the emulator, and long enough for the configuration. */
export const ACCOUNT = { accountSid: 'AC00000000000000000000000000005a3e', authToken: 'crash-suite-auth-token' };
export const JWT_SECRET = 'crash-suite-secret-of-at-least-32-characters';

/** Short limits, so that open claims are settled within a test. */
export const shortLimits = {
  CLAIM_TIMEOUT_MS: '1500',
  RECONCILE_EVERY_MS: '400',
  TWILIO_TIMEOUT_MS: '400',
  UNDELIVERED_AFTER_MS: '500',
};

export const programAt = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * The real product in one process, which is killed and restarted on the same folder and port; so is the server that
 * holds its events.
 */
export class Product extends RestartableProcess<Facts> implements Target {
  readonly environment: Readonly<Record<string, string>>;
  private readonly record: Server | undefined;

  constructor({ folder, port, environment, nodeOptions = [], record }: Settings) {
    const args = [
      ...nodeOptions,
      programAt('apps/standalone/src/main.js'),
      '--port',
      String(port),
      '--data',
      join(folder, 'data'),
      '--json',
    ];
    const settings = {
      ...generousQuotas,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      JWT_SECRET,
      ...record?.environment,
      ...environment,
    };
    super(args, settings, join(folder, 'product.log'), (line) => JSON.parse(line) as Facts);
    this.environment = { DATA_DIR: join(folder, 'data'), ...record?.environment };
    this.record = record;
  }

  async killOnce(random: Random): Promise<string> {
    if (!this.record?.kill || random.chance(1 / 3)) return killProcess(this, random);
    const isKilledToo = random.chance(0.5);
    const life = lifetime(random);
    await sleep(life);
    await this.record.kill(async () => {
      await sleep(random.between(0, 1_500));
      if (isKilledToo) await this.end('SIGKILL');
    });
    if (isKilledToo) await this.start();
    return `EventStoreDB ${isKilledToo ? 'and then the product ' : ''}killed after ${String(life).padStart(4)} ms`;
  }

  finish(): Promise<void> {
    return this.end('SIGTERM');
  }

  async close(): Promise<void> {
    await this.record?.stop();
  }
}
