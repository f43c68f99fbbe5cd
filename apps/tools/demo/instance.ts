import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyLine } from '@app/platform';

/** The people of the sample who act in the demo. */
export type Who = 'owner' | 'manager' | 'agent' | 'reader' | 'contact';

/** The output of a running instance with `--json`. */
export type Facts = {
  readonly url: string;
  readonly emulatorUrl: string;
  readonly senderPhone: string;
  readonly referralId: string;
  readonly contactId: string;
  readonly tokens: Readonly<Record<Who, string>>;
};

export type Instance = { readonly facts: Facts; stop(): Promise<void> };

const standalone = join(import.meta.dirname, '../../standalone/src/main.js');

/**
 * Starts a separate instance on a temporary folder, which is deleted afterwards, and on the engines given in the
 * environment.
 */
export async function startInstance(): Promise<Instance> {
  const folder = await mkdtemp(join(tmpdir(), 'referral-messages-demo-'));
  // As for the other tools, a server's address is enough.
  const { EVENTSTOREDB_URL, EVENT_STORE = EVENTSTOREDB_URL === undefined ? 'embedded' : 'eventstoredb' } = process.env;
  const child = spawn(process.execPath, [standalone, '--json', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, EVENT_STORE },
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const facts = await factsOf(child);
    console.log(`A separate instance, event store: ${EVENT_STORE}`);
    return { facts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A running instance; `factsFile` holds the line it printed with `--json`. */
export async function runningInstance(url: string, factsFile: string): Promise<Instance> {
  const facts = JSON.parse(await readFile(factsFile, 'utf8')) as Facts;
  return { facts: { ...facts, url }, stop: () => Promise.resolve() };
}

async function factsOf(child: ChildProcess): Promise<Facts> {
  if (!child.stdout) throw new Error('the instance has no output');
  const exited = once(child, 'exit').then(([code]) => {
    throw new NotStarted(code);
  });
  exited.catch(() => undefined);
  return JSON.parse(await Promise.race([readyLine(child.stdout), exited])) as Facts;
}

export class NotStarted extends Error {
  constructor(code: unknown) {
    super(
      `The instance ended with ${String(code)} before it was ready; the reason is above. With EVENTSTOREDB_URL the server must be empty`,
    );
    this.name = 'NotStarted';
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
