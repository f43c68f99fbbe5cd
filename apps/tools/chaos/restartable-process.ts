import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNode, type Child } from './processes.js';
import type { Random } from './random.js';

/** A program of ours in a separate process, which is killed and restarted. */
export class RestartableProcess<Ready> {
  private child: Child | null = null;
  private ready = Promise.withResolvers<Ready>();
  private isReady = false;
  /** Set when a process ended unexpectedly. */
  endedByItself: string | null = null;

  /** `read` parses the line it prints when it is ready. */
  constructor(
    private readonly args: readonly string[],
    private readonly settings: Readonly<Record<string, string>>,
    private readonly log: string,
    private readonly read: (line: string) => Ready,
  ) {}

  /** Starts the process; `up` says when it is ready. */
  spawn(): Child {
    // Starts take most of the time that a kill costs.
    const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), 'crash-compile-cache') };
    const child = startNode(this.args, { ...compiled, ...this.settings }, this.log);
    this.child = child;
    void child.readyLine.then(
      (line) => {
        if (this.child !== child) return;
        this.isReady = true;
        this.ready.resolve(this.read(line));
      },
      () => undefined,
    );
    void child.ended.then((how) => {
      if (this.child !== child) return;
      this.endedByItself = how;
      this.down();
    });
    return child;
  }

  async start(): Promise<Ready> {
    const { readyLine } = this.spawn();
    await readyLine;
    return this.up();
  }

  /** Resolves while or as soon as it is ready. */
  up(): Promise<Ready> {
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
    // Waiting callers continue to wait for the same promise.
    if (!this.isReady) return;
    this.isReady = false;
    this.ready = Promise.withResolvers<Ready>();
  }
}

/**
 * Lifetime of a process until it is killed, in ms. Half of them are long enough for work that a process does only after
 * its start-up.
 */
export const lifetime = (random: Random): number =>
  random.chance(0.5) ? random.between(50, 800) : random.between(800, 2_500);

/** At some moment of its work, and sometimes during its start. @returns a description */
export async function killProcess<Ready>(program: RestartableProcess<Ready>, random: Random): Promise<string> {
  const life = lifetime(random);
  await sleep(life);
  await program.end('SIGKILL');
  let early = '';
  if (random.chance(0.2)) {
    const start = random.between(50, 1_500);
    program.spawn();
    await sleep(start);
    await program.end('SIGKILL');
    early = `, and ${start} ms into its start`;
  }
  await program.start();
  return `killed after ${String(life).padStart(4)} ms${early}`;
}
