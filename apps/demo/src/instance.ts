import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyLine } from '@app/platform';

/** What a running instance says of itself with `--json`. */
export type Facts = {
  readonly url: string;
  readonly emulatorUrl: string;
  readonly senderPhone: string;
  readonly referralId: string;
  readonly contactId: string;
  readonly tokens: { readonly manager: string; readonly agent: string; readonly contact: string };
};

export type Instance = { readonly facts: Facts; stop(): Promise<void> };

const standalone = join(import.meta.dirname, '../../standalone/src/main.js');

/** Starts an instance of its own on a temporary folder, which goes with it. */
export async function startInstance(): Promise<Instance> {
  const folder = await mkdtemp(join(tmpdir(), 'referral-messages-demo-'));
  const child = spawn(process.execPath, [standalone, '--json', '--port', '0', '--data', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { facts: await factsOf(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An instance that runs already; `factsFile` holds the line it printed with `--json`. */
export async function runningInstance(url: string, factsFile: string): Promise<Instance> {
  const facts = JSON.parse(await readFile(factsFile, 'utf8')) as Facts;
  return { facts: { ...facts, url }, stop: () => Promise.resolve() };
}

async function factsOf(child: ChildProcess): Promise<Facts> {
  if (!child.stdout) throw new Error('the instance has no output');
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the instance ended with ${String(code)} before it was ready`);
  });
  exited.catch(() => undefined);
  return JSON.parse(await Promise.race([readyLine(child.stdout), exited])) as Facts;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
